import type { Queue } from 'bullmq'
import { CANARY_TALLY } from '../queue/canary-job.ts'
import type { Notes } from '../queue/notes.ts'
import { readCanary } from './canary.ts'
import { readHeartbeats } from './heartbeat.ts'
import type { FromNotes } from './signals.ts'

/** Reads what our own processes have left in the notes of their queue, in two commands. Rejects like any call to the store. */
export async function readFromNotes(queue: Queue, notes: Notes): Promise<FromNotes> {
  const read = await notes.read()
  return {
    workers: readHeartbeats(read),
    canary: await readCanary(queue, read),
    canaries: read.tallies[CANARY_TALLY] ?? 0,
  }
}
