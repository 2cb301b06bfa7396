import type { Transaction } from './transaction.ts'

/**
 * A job's data of up to so many characters stands in its row. What is larger stands in a row of its own with the stack
 * traces, so that a change of state does not write it again.
 */
const INLINE_CHARS = 1000

/** The columns of a job's row that tell where its payload is. */
export interface PayloadColumns {
  key: number
  /** JSON text, null when it is too large for the row. */
  data: string | null
  /** 1 when the job has a row in `payload`. */
  aside: number
}

export const isInline = (data: string): boolean => data.length <= INLINE_CHARS

/** @param data JSON text */
export function storeData(tx: Transaction, key: number, data: string): void {
  const inline = isInline(data)
  tx.sql('UPDATE job SET data = ?, aside = max(aside, ?) WHERE key = ?').run(inline ? data : null, inline ? 0 : 1, key)
  if (!inline) storeAside(tx, key, data)
}

/** Large data of a job whose row says so already. */
export function storeAside(tx: Transaction, key: number, data: string): void {
  tx.sql('INSERT INTO payload (job, data) VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data').run(key, data)
}

/** @param stacktrace JSON text */
export function saveStacktrace(tx: Transaction, key: number, stacktrace: string): void {
  tx.sql('UPDATE job SET aside = 1 WHERE key = ? AND aside = 0').run(key)
  tx.sql(
    'INSERT INTO payload (job, stacktrace) VALUES (?, ?) ON CONFLICT DO UPDATE SET stacktrace = excluded.stacktrace',
  ).run(key, stacktrace)
}

/** A job's data and stack traces, both as JSON text. */
export function readPayload(tx: Transaction, { key, data, aside }: PayloadColumns) {
  const row = aside ? tx.sql('SELECT data, stacktrace FROM payload WHERE job = ?').get(key) : undefined
  const stacktrace = row?.['stacktrace']
  return { data: data ?? String(row?.['data'] ?? '{}'), stacktrace: stacktrace ? String(stacktrace) : undefined }
}
