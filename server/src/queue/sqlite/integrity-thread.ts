// Runs in a thread of its own: see integrity.ts. Tells what it found; ends with an error when it could not look.
import { parentPort, workerData } from 'node:worker_threads'
import { checkFile } from './checking.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(checkFile(String(workerData)))
