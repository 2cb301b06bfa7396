import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { countJobs } from '../queue/canary-job.ts'
import { listConsumers } from '../queue/consumers.ts'
import type { Store } from '../queue/store.ts'
import { problemOf } from '../queue/store-problem.ts'
import type { Signals } from './rules/rule.ts'

/**
 * Reads the signals of one queue, within 1.5 s also when the store is gone or frozen. The queue has to be opened for
 * this alone: a check that stands in line behind the commands it should judge hangs instead of telling.
 */
export async function gatherSignals(store: Store, queue: Queue): Promise<Signals> {
  const { kind } = store
  const observedAt = new Date()
  const began = performance.now()
  try {
    const [counts, paused, consumers, file] = await askStore(queue, () =>
      Promise.all([countJobs(queue), queue.isPaused(), listConsumers(queue), store.inspectFile(queue)]),
    )
    const reached = { kind, reachable: true as const, latencyMs: performance.now() - began, file }
    return { queue: queue.name, observedAt, store: reached, counts, paused, consumers }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    const lost = { kind, reachable: false as const, problem: problemOf(error) }
    return { queue: queue.name, observedAt, store: lost, counts: null, paused: null, consumers: null }
  }
}
