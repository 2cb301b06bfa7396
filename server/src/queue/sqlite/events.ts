import type { QueueRow } from './queue-row.ts'
import type { Transaction } from './transaction.ts'

/** Trimming for each event would cost more than the few events too many. */
const TRIM_EVERY = 128

/** Adds to the queue's event stream, which keeps about as many as its settings say. Values are told as texts, as every store of BullMQ does. */
export function emit(
  tx: Transaction,
  queue: QueueRow,
  event: string,
  fields: Record<string, string | number> = {},
): number {
  const flat = ['event', event]
  for (const [name, value] of Object.entries(fields)) flat.push(name, String(value))
  const number = queue.ensure()
  const id = queue.nextEventId()
  tx.sql('INSERT INTO event (queue, id, fields) VALUES (?, ?, ?)').run(number, id, JSON.stringify(flat))
  if (id % TRIM_EVERY === 0) trimEvents(tx, queue, queue.maxEvents)
  return id
}

/** Keeps the newest `keep` events and tells how many went. */
export function trimEvents(tx: Transaction, queue: QueueRow, keep: number): number {
  const remove = tx.sql('DELETE FROM event WHERE queue = ? AND id <= ?')
  return Number(remove.run(queue.id, queue.lastEventId - keep).changes)
}

/** Whether the event with this id was not trimmed away yet. */
export function keepsEvent(tx: Transaction, queue: QueueRow, id: number): boolean {
  return tx.sql('SELECT 1 FROM event WHERE queue = ? AND id = ?').get(queue.id, id) !== undefined
}

/** Up to `limit` events after an id, each as its id and flat list of names and values. */
export function eventsAfter(tx: Transaction, queue: QueueRow, id: number, limit: number): [string, string[]][] {
  const rows = tx
    .sql('SELECT id, fields FROM event WHERE queue = ? AND id > ? ORDER BY id LIMIT ?')
    .all(queue.id, id, limit)
  return rows.map((row) => [String(row['id']), JSON.parse(String(row['fields'])) as string[]])
}
