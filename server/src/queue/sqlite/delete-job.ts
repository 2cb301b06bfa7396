import type { QueueRow } from './queue-row.ts'
import type { State } from './state.ts'
import type { Transaction } from './transaction.ts'

const owned = [
  'DELETE FROM payload WHERE job = ?',
  'DELETE FROM log WHERE job = ?',
  'DELETE FROM dependency WHERE parent = ?',
]

/**
 * Deletes a job with all that belongs to it and counts it out of the state in which its row is by now: what its caller has
 * read may be out of date, since removing a child moves its parent. Gives that state, undefined when it was gone already.
 */
export function deleteJob(tx: Transaction, queue: QueueRow, key: number): State | undefined {
  for (const statement of owned) tx.sql(statement).run(key)
  const row = tx.sql('DELETE FROM job WHERE key = ? RETURNING state').get(key)
  if (!row) return undefined
  const state = Number(row['state']) as State
  queue.moved(state, null)
  return state
}
