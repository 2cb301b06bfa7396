import { textOf } from './accepting.ts'
import type { QueueRow } from './queue-row.ts'
import type { Transaction } from './transaction.ts'

/** Keys below stand for jobs whose id somebody chose. It leaves room for 131,071 queues within what a number holds exactly. */
const FIRST_NUMBERED = 2 ** 36

/**
 * A job that its queue has numbered has a key made of queue and number, so that it is found without an index and adding it
 * writes none. Null when the id is no such number.
 */
function numberedKey(queue: QueueRow, id: string): number | null {
  const number = Number(id)
  if (!Number.isInteger(number) || number < 1 || number >= FIRST_NUMBERED || String(number) !== id) return null
  const key = queue.id * FIRST_NUMBERED + number
  return queue.id > 0 && key <= Number.MAX_SAFE_INTEGER ? key : null
}

/** Reads columns of the job with an id, undefined when its queue has none. */
export function readById(columns: string) {
  const numbered = `SELECT ${columns} FROM job WHERE key = ?`
  const chosen = `SELECT ${columns} FROM job WHERE queue = ? AND id = ? AND key < ${FIRST_NUMBERED}`
  return (tx: Transaction, queue: QueueRow, id: string) => {
    const text = textOf(id)
    const key = numberedKey(queue, text)
    return key === null ? tx.sql(chosen).get(queue.id, text) : tx.sql(numbered).get(key)
  }
}

const readKey = readById('key')

/** Where a job's row is, undefined when there is none with this id. */
export function findKey(tx: Transaction, queue: QueueRow, id: string): number | undefined {
  const row = readKey(tx, queue, id)
  return row && Number(row['key'])
}

/** The key for a job that is about to be stored; its id must be free. */
export function freeKey(tx: Transaction, queue: QueueRow, id: string): number {
  const numbered = numberedKey(queue, id)
  if (numbered !== null) return numbered
  const row = tx.sql(`SELECT key FROM job WHERE key < ${FIRST_NUMBERED} ORDER BY key DESC LIMIT 1`).get()
  return Number(row?.['key'] ?? 0) + 1
}
