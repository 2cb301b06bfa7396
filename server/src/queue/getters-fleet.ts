import { readClients } from './consumers.ts'
import { countByGetters, type FleetQueues } from './facts-reader.ts'
import type { FleetReading } from './fleet-reading.ts'

/** What no getter tells. */
const unknown = {
  oldestWaitingAt: null,
  newestDeadLetter: null,
  newestCompletedAt: null,
  minutes: null,
  movement: null,
}

/** Counts all queues by BullMQ's own getters, for stores whose insides we do not know. */
export async function readFleetByGetters(queues: FleetQueues, without: string): Promise<FleetReading> {
  const [readings, clients] = await Promise.all([
    Promise.all(
      queues.map(async (queue) => [queue.name, { ...(await countByGetters(queue, without)), ...unknown }] as const),
    ),
    readClients(queues[0]),
  ])
  return { at: new Date(), queues: new Map(readings), clients }
}
