// Loaded into a worker before its own code: SIGUSR2 blocks its event loop for a minute, as a computation without a pause does.
import { isMainThread } from 'node:worker_threads'

const BLOCKED_MS = 60_000

if (isMainThread) {
  const never = new Int32Array(new SharedArrayBuffer(4))
  process.on('SIGUSR2', () => void Atomics.wait(never, 0, 0, BLOCKED_MS))
}
