// Runs in a thread of its own: see log-folding.ts. Answers each message when it has folded what it could.
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

const url = pathToFileURL(String(workerData))
// Not the default, which would make a file in place of one that was deleted.
url.searchParams.set('mode', 'rw')
const db = new DatabaseSync(url)
const fold = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', () => {
  try {
    fold.get()
  } catch {
    // A full disk, a lost file: whoever writes is told of it, and the log keeps what it has.
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(null)
})
