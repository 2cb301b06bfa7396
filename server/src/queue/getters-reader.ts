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
}
