import { CANARY_ID } from '@queue-ops/server/canary-job'
import type { JobState } from '@queue-ops/server/contract'
import { readFromNotes } from '@queue-ops/server/from-notes'
import { gatherSignals } from '@queue-ops/server/gather-signals'
import { createLog } from '@queue-ops/server/log'
import type { Notes } from '@queue-ops/server/notes'
import { openStore } from '@queue-ops/server/store'
import type { Queue } from 'bullmq'

type FromNotes = Awaited<ReturnType<typeof readFromNotes>>
export type Heartbeat = Extract<FromNotes['workers'], readonly unknown[]>[number]
export type CanaryState = Extract<FromNotes['canary'], { sentAt: unknown }>

/** What the workers and canaries of the export queue have left in its store, read as the server reads it. */
export interface WorkerWatch extends AsyncDisposable {
  queue: Queue
  notes: Notes
  heartbeats(): Promise<Heartbeat[]>
  canary(): Promise<CanaryState>
  /** How many jobs were ever completed and failed. */
  totals(): Promise<{ completed: number; failed: number } | null>
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
    heartbeats: async () => (await readFromNotes(queue, notes)).workers as Heartbeat[],
    canary: async () => (await readFromNotes(queue, notes)).canary as CanaryState,
    counts: () => store.readCounts(queue, CANARY_ID).then(({ counts }) => counts),
    totals: async () => {
      const readNotes = () => readFromNotes(queue, notes)
      const { facts } = await gatherSignals(store, { queue, kind: 'exports', without: CANARY_ID, readNotes })
      return facts === null || facts === 'unsupported' ? null : facts.totals
    },
    [Symbol.asyncDispose]: () => queue.close(),
  }
}
