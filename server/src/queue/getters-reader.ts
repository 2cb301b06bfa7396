import { countByGetters, timed, type FactsReader } from './facts-reader.ts'
import { readFleetByGetters } from './getters-fleet.ts'

/** What BullMQ's own getters tell of every store, and no more: for stores whose insides we do not know. */
export const gettersOnly: FactsReader = {
  readCounts: countByGetters,
  readFacts: () => Promise.resolve('unsupported'),
  async readStore(queue) {
    const { latencyMs } = await timed(() => queue.isPaused())
    return { latencyMs, facts: null }
  },
  readFleet: readFleetByGetters,
  async readDeadLetters(queue, limit) {
    const jobs = await queue.getFailed(0, limit - 1)
    // A job that was removed between the two reads of getFailed comes back as undefined, whatever its type says.
    return jobs.filter(Boolean).map((job) => ({
      id: job.id ?? '',
      name: job.name,
      reason: job.failedReason ?? '',
      attempts: job.attemptsMade,
      failedAt: job.finishedOn ?? null,
    }))
  },
}
