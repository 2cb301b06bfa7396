// Runs in a thread of its own: see sqlite-process.ts.
import { Socket } from 'node:net'
import { ASKER_FD } from './reader-process.ts'

// There is no other way to end a statement of node:sqlite. What only reads may be killed at any moment.
new Socket({ fd: ASKER_FD })
  .on('error', () => undefined)
  .on('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume()
