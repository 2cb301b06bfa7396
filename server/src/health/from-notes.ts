import type { Queue } from 'bullmq'
import type { Notes } from '../queue/notes.ts'
import { readCanary } from './canary.ts'
import { readHeartbeats } from './heartbeat.ts'
import type { Signals } from './rules/signals.ts'

/** Reads what our own processes have left in the notes of their queue, in two commands. Rejects like any call to the store. */
export async function readFromNotes(queue: Queue, notes: Notes): Promise<Pick<Signals, 'workers' | 'canary'>> {
  const read = await notes.read()
  return { workers: readHeartbeats(read), canary: await readCanary(queue, read) }
}
