import type { Queue } from 'bullmq'
import type { Consumer } from '../contract.ts'
import { askStore } from './ask-store.ts'
import { CANARY_ID } from './canary-job.ts'
import { consumersOf, type Clients } from './consumers.ts'
import type { QueueCounts } from './facts-reader.ts'
import type { FleetReading } from './fleet-reading.ts'
import type { Store } from './store.ts'

/** More would be a load of its own at every reading; those that are configured come first. */
const MAX_QUEUES = 500

/** So long the names are told again before they are looked for anew: finding them goes through all keys of the store. */
const NAMES_KEPT_MS = 10_000

/**
 * All queues, read at once for everybody who asks for any of them: whatever speaks of their counts, of who consumes them or of
 * pauses says what the same reading says. The canary is in no count.
 */
export interface Fleet {
  /** The last reading when it is not older than this, else a new one, which all share who ask meanwhile. Rejects as `askStore`. */
  read(atMostMs: number): Promise<FleetReading>
  /** The last one that succeeded. */
  latest(): FleetReading | null
  /** From a reading of at most this age. Rejects when that queue could not be read, too. */
  countsOf(queue: string, atMostMs: number): Promise<QueueCounts>
  clients(atMostMs: number): Promise<Clients>
  /** Who consumes a queue; null when it is not known. */
  consumersOf(queue: string, reading: FleetReading): Consumer[] | null
  close(): Promise<void>
}

/**
 * Opens the reading on a connection of its own.
 *
 * @param configured names that are read in any case, that of the exports first
 * @param find gives the names of all queues; when it fails those it gave before have to do, or the configured ones
 */
export function openFleet(
  store: Store,
  configured: readonly [string, ...string[]],
  find: () => Promise<readonly string[]>,
): Fleet {
  const [main] = configured
  const observer = store.openObserver(main)
  const opened = new Map<string, Queue>([[main, observer]])
  const queueOf = (name: string) => {
    const queue = opened.get(name) ?? store.openSibling(observer, name)
    opened.set(name, queue)
    return queue
  }
  const known = rememberedNames(async () => {
    return [...new Set([...configured, ...(await find())])].slice(0, MAX_QUEUES)
  }, configured)
  let last: { reading: FleetReading; askedAt: number } | null = null
  let underWay: Promise<FleetReading> | null = null
  const readNow = async () => {
    const askedAt = performance.now()
    const others = (await known()).filter((name) => name !== main).map(queueOf)
    const reading = await askStore(observer, () => store.readFleet([observer, ...others], CANARY_ID))
    last = { reading, askedAt }
    return reading
  }
  const read = async (atMostMs: number) => {
    if (last && performance.now() - last.askedAt <= atMostMs) return last.reading
    underWay ??= readNow().finally(() => (underWay = null))
    return underWay
  }
  return {
    read,
    latest: () => last?.reading ?? null,
    async countsOf(queue, atMostMs) {
      const found = (await read(atMostMs)).queues.get(queue)
      if (!found || found instanceof Error) throw found ?? new Error(`the queue "${queue}" was not read`)
      return found
    },
    async clients(atMostMs) {
      const { clients } = await read(atMostMs)
      if (clients === null) throw new Error('who is connected could not be read')
      return clients
    },
    consumersOf(queue, { clients }) {
      const consumers = clients && consumersOf(queueOf(queue), clients)
      return consumers === 'unsupported' ? null : consumers
    },
    close: () => observer.close(),
  }
}

/**
 * Nobody waits for names again who has had some: those that are new are in a later answer. A search that fails says nothing of what
 * there is: the names found before stay, at first those without a search, and the next who asks has it tried again.
 */
export function rememberedNames(
  names: () => Promise<readonly string[]>,
  atFirst: readonly string[],
  keptMs = NAMES_KEPT_MS,
): () => Promise<readonly string[]> {
  let found: readonly string[] | null = null
  let foundAt = 0
  let looking: Promise<readonly string[]> | null = null
  const look = () => {
    looking ??= names()
      .then(
        (all) => {
          foundAt = performance.now()
          return (found = all)
        },
        () => found ?? atFirst,
      )
      .finally(() => (looking = null))
    return looking
  }
  return async () => {
    if (found === null) return look()
    if (performance.now() - foundAt > keptMs) void look()
    return found
  }
}
