// Loaded into a worker before its own code: what reads datasets there does what a file says for as long as it is there.
// `hang`: no read ever returns. `die`: it takes its process with it, as memory that is not there does. `slow`: it takes time.
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

const SLOW_MS = 300

const never = new Int32Array(new SharedArrayBuffer(4))

function misbehave(): void {
  const conduct = asked()
  if (conduct === 'hang') Atomics.wait(never, 0, 0)
  if (conduct === 'slow') Atomics.wait(never, 0, 0, SLOW_MS)
  if (conduct === 'die') process.kill(process.pid, 'SIGKILL')
}

function asked(): string {
  try {
    return readFileSync(process.env['FAULT_FLAG'] ?? '', 'utf8')
  } catch {
    return ''
  }
}

// Datasets are read in threads, the queue is not.
if (!isMainThread) {
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function misbehaving(...args) {
    misbehave()
    return prepare.apply(this, args)
  }
}
