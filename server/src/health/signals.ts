import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { consumersOf } from '../queue/consumers.ts'
import type { QueueFacts } from '../queue/queue-facts.ts'
import type { Store } from '../queue/store.ts'
import { damageOf, problemOf } from '../queue/store-problem.ts'
import type { Signals } from './rules/signals.ts'

/** A queue that is looked at. */
export interface Target {
  /** Opened for this alone (`openObserver`): what stands in line behind the commands it should judge hangs instead of telling. */
  queue: Queue
  kind: Signals['kind']
  /** The id of the canary, which is in no count and no list. */
  without?: string
  /** Reads what our own processes leave for each other; nothing is known of them without it. */
  readNotes?: () => Promise<FromNotes>
}

/** What stands in the notes of a queue, and how many canaries BullMQ has counted among the completed jobs. */
export type FromNotes = Pick<Signals, 'workers' | 'canary'> & { canaries: number }

/** Everything that one look tells. */
export type Observed = Omit<Signals, 'trend'>

/**
 * Reads the signals of one queue. Each group of them is bounded to 1.5 s by itself and all are read at the same time, so that
 * one that is frozen or forbidden is null and the others are there. Never rejects because of the store: one that does not
 * answer, or in which a table is damaged, is not reachable, and then nothing else is known.
 */
export async function gatherSignals(store: Store, { queue, kind, without, readNotes }: Target): Promise<Observed> {
  let damage: string | null = null
  const bounded = <T>(calls: () => Promise<T>) =>
    unlessLost(askStore(queue, calls), (error) => (damage ??= damageOf(error)))
  const [reached, counted, consumers, facts, notes] = await Promise.all([
    look(store, queue),
    bounded(() => store.readCounts(queue, without)),
    bounded(async () => consumersOf(queue, await store.readClients(queue))),
    bounded(() => store.readFacts(queue, without)),
    readNotes && kind === 'exports' ? bounded(readNotes) : unsupported,
  ])
  const seen = { queue: queue.name, kind, observedAt: new Date(), store: reached }
  if (!reached.reachable) return { ...seen, ...nothing }
  if (damage !== null) return { ...seen, store: { kind: store.kind, reachable: false, problem: damage }, ...nothing }
  return {
    ...seen,
    observedAt: new Date(reached.facts?.nowMs ?? seen.observedAt),
    counts: counted?.counts ?? null,
    paused: counted?.paused ?? null,
    consumers,
    facts: facts && facts !== 'unsupported' ? withoutCanaries(facts, notes) : facts,
    workers: notes?.workers ?? null,
    canary: notes?.canary ?? null,
  }
}

const unsupported: FromNotes = { workers: 'unsupported', canary: 'unsupported', canaries: 0 }

/** @param notes null when they could not be read: then nobody knows how many there were */
function withoutCanaries(facts: QueueFacts, notes: FromNotes | null): QueueFacts {
  const { totals } = facts
  if (!notes || !totals) return { ...facts, totals: null }
  return { ...facts, totals: { ...totals, completed: Math.max(0, totals.completed - notes.canaries) } }
}

/** What is known of a queue whose store does not answer. */
export const nothing = { counts: null, paused: null, consumers: null, facts: null, workers: null, canary: null }

/** How the store itself is. Its answer decides whether it is reachable; the facts of its file may fail by themselves. */
async function look(store: Store, queue: Queue): Promise<Signals['store']> {
  const { kind } = store
  const answered = askStore(queue, () => store.readStore(queue))
  const inspected = unlessLost(askStore(queue, () => store.inspectFile(queue)))
  try {
    return { kind, reachable: true, ...(await answered), file: await inspected }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    await inspected
    return { kind, reachable: false, problem: problemOf(error) ?? store.whyRefused(queue) }
  }
}

async function unlessLost<T>(asked: Promise<T>, onLost?: (error: OpsError) => void): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    // One that is a fault of ours leaves the other groups as they are.
    if (error instanceof OpsError) onLost?.(error)
    return null
  }
}
