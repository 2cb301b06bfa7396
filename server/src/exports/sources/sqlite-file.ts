import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { isBusy } from './sqlite-failure.ts'

/** How often a locked file is tried again. SQLite's own waiting would hold the event loop. */
const BUSY_PAUSE_MS = 50

/** Opens a file read-only and gives what `use` makes of it, which waits for those who have it locked, up to `timeoutMs`. */
export async function openFile<T>(path: string, timeoutMs: number, use: (db: DatabaseSync) => T): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    let db: DatabaseSync | undefined
    try {
      db = new DatabaseSync(path, { readOnly: true, timeout: 0 })
      return use(db)
    } catch (cause) {
      db?.close()
      if (!isBusy(cause) || performance.now() > deadline) throw cause
      await pause(BUSY_PAUSE_MS)
    }
  }
}
