import { textOf } from './accepting.ts'
import { emit } from './events.ts'
import { findKey } from './job-key.ts'
import { storeData } from './payload.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import type { Transaction } from './transaction.ts'

function requireKey(tx: Transaction, queue: QueueRow, jobId: string, command: string): number {
  const key = findKey(tx, queue, jobId)
  if (key === undefined) throw refuse(refusals.jobMissing, { jobId, command })
  return key
}

/** @param data JSON text */
export function updateData(tx: Transaction, queue: QueueRow, jobId: string, data: string): void {
  storeData(tx, requireKey(tx, queue, jobId, 'updateData'), data)
}

/** @param progress JSON text */
export function updateProgress(tx: Transaction, queue: QueueRow, jobId: string, progress: string): void {
  tx.sql('UPDATE job SET progress = ? WHERE key = ?').run(progress, requireKey(tx, queue, jobId, 'updateProgress'))
  emit(tx, queue, 'progress', { jobId, data: progress })
}

/** Adds a line to a job's log and gives how many there are; with `keep`, only the newest so many stay. */
export function addLog(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  text: string,
  keep: number | undefined,
): number {
  const key = requireKey(tx, queue, jobId, 'addLog')
  const last = tx.sql('SELECT max(line) AS line, count(*) AS lines FROM log WHERE job = ?').get(key)
  tx.sql('INSERT INTO log (job, line, text) VALUES (?, ?, ?)').run(key, Number(last?.['line'] ?? 0) + 1, textOf(text))
  const lines = Number(last?.['lines']) + 1
  if (!keep) return lines
  trimLog(tx, key, keep)
  return Math.min(keep, lines)
}

function trimLog(tx: Transaction, key: number, keep: number) {
  tx.sql('DELETE FROM log WHERE job = ?1 AND line <= (SELECT max(line) FROM log WHERE job = ?1) - ?2').run(key, keep)
}

export function clearLog(tx: Transaction, queue: QueueRow, jobId: string, keep: number | undefined): void {
  const key = findKey(tx, queue, jobId)
  if (key !== undefined) trimLog(tx, key, keep ?? 0)
}

/** Lines from `start` to `end`, both included; with `asc` false counted from the newest one. */
export function readLog(tx: Transaction, queue: QueueRow, jobId: string, start: number, end: number, asc: boolean) {
  const key = findKey(tx, queue, jobId) ?? 0
  const count = Number(tx.sql('SELECT count(*) AS lines FROM log WHERE job = ?').get(key)?.['lines'])
  const from = start < 0 ? Math.max(count + start, 0) : start
  const to = end < 0 ? count + end : Math.min(end, count - 1)
  const rows = tx
    .sql(`SELECT text FROM log WHERE job = ? ORDER BY line ${asc ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`)
    .all(key, Math.max(to - from + 1, 0), from)
  return { logs: rows.map((row) => String(row['text'])), count }
}
