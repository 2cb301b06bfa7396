import type { Queue } from 'bullmq'
import { JobState } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { listConsumers } from '../queue/consumers.ts'
import type { Store } from '../queue/store.ts'
import { problemOf } from '../queue/store-problem.ts'
import type { Seen } from './rules/signals.ts'

/** A queue that is looked at, opened for this alone. */
export interface Observed {
  queue: Queue
  kind: Seen['kind']
}

/**
 * Reads the signals of one queue, within 1.5 s also when the store is gone or frozen. The queue has to be opened for
 * this alone: a check that stands in line behind the commands it should judge hangs instead of telling.
 */
export async function gatherSignals(store: Store, { queue, kind: whose }: Observed): Promise<Seen> {
  const { kind } = store
  const looked = { queue: queue.name, kind: whose }
  const observedAt = new Date()
  const began = performance.now()
  try {
    const [counts, paused, consumers, file] = await askStore(queue, () =>
      Promise.all([countJobs(queue), queue.isPaused(), listConsumers(queue), store.inspectFile(queue)]),
    )
    const reached = { kind, reachable: true as const, latencyMs: performance.now() - began, file, facts: null }
    return { ...looked, observedAt, store: reached, counts, paused, consumers, ...notReadYet }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const lost = { kind, reachable: false as const, problem: problemOf(error) }
    const nothing = { counts: null, paused: null, consumers: null, facts: null, workers: null, canary: null }
    return { ...looked, observedAt, store: lost, ...nothing }
  }
}

const notReadYet = { facts: 'unsupported', workers: 'unsupported', canary: 'unsupported' } as const

async function countJobs(queue: Queue): Promise<Record<JobState, number>> {
  const counts = await queue.getJobCounts(...JobState.options)
  const entries = JobState.options.map((state) => [state, counts[state] ?? 0])
  return Object.fromEntries(entries) as Record<JobState, number>
}
