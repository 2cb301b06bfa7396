import { DatabaseSync } from 'node:sqlite'
import { owned } from './checking.ts'
import { counterOf } from './state.ts'
import { asStoreError, requireWritable } from './store-error.ts'
import { identify, requireQueueFile } from './whose-file.ts'

const recount = Object.entries(counterOf)
  .map(([state, counter]) => `${counter} = (SELECT count(*) FROM job WHERE job.queue = queue.id AND state = ${state})`)
  .join(', ')

/**
 * Makes the counts of all queues from their jobs, and removes rows that belong to no job; the file may be in use meanwhile.
 * Throws StoreError.
 */
export function repairFile(path: string): void {
  requireWritable(path)
  requireQueueFile(path)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { timeout: 5000 })
    if (identify(db, path) === 'empty') return
    db.exec('BEGIN IMMEDIATE')
    db.exec(`UPDATE queue SET ${recount}`)
    for (const [table, column] of Object.entries(owned)) {
      db.exec(`DELETE FROM ${table} WHERE ${column} NOT IN (SELECT key FROM job)`)
    }
    db.exec('COMMIT')
  } catch (error) {
    throw asStoreError(error, path)
  } finally {
    db?.close()
  }
}
