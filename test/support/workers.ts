import { readCanary } from '@queue-ops/server/canary'
import { countJobs } from '@queue-ops/server/canary-job'
import type { JobState } from '@queue-ops/server/contract'
import { readHeartbeats } from '@queue-ops/server/heartbeat'
import { createLog } from '@queue-ops/server/log'
import type { Notes } from '@queue-ops/server/notes'
import type { CanaryState, Heartbeat } from '@queue-ops/server/signals'
import { openStore } from '@queue-ops/server/store'
import type { Queue } from 'bullmq'

/** What the workers and canaries of the export queue have left in its store, read as the server reads it. */
export interface WorkerWatch extends AsyncDisposable {
  queue: Queue
  notes: Notes
  heartbeats(): Promise<Heartbeat[]>
  canary(): Promise<CanaryState>
  counts(): Promise<Record<JobState, number>>
}

export async function watchWorkers(url: string): Promise<WorkerWatch> {
  const store = openStore(url, 'bull', createLog('silent'))
  const queue = store.openReader('exports')
  const notes = store.openNotes(queue)
  if (!notes) throw new Error('this store has no notes')
  await queue.waitUntilReady()
  return {
    queue,
    notes,
    heartbeats: async () => readHeartbeats(await notes.read()),
    canary: async () => readCanary(queue, await notes.read()),
    counts: () => countJobs(queue),
    [Symbol.asyncDispose]: () => queue.close(),
  }
}
