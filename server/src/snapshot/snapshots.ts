import type { DeadLetter } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Health } from '../health/health.ts'
import { reportHealth, type Judged } from '../health/report.ts'
import { inTime } from '../queue/in-time.ts'
import type { Log } from '../log.ts'
import type { Fleet } from '../queue/fleet.ts'
import type { FleetReading } from '../queue/fleet-reading.ts'
import { describeFleet, describeMain, essenceOf, type Histories, type Snapshot } from './snapshot.ts'

/** How often snapshots are taken while somebody looks. */
const TICK_MS = 500
/** A tick may take at most this share of the time, as long as that makes no longer pause: hundreds of queues are not read all the time. */
const SHARE = 0.25
const LONGEST_PAUSE_MS = 3000
/** Who asks once is answered within so long, by the last good one if need be. */
const ANSWER_MS = 800

/** Takes snapshots for all who look: one at a time, however many they are. */
export interface Snapshots {
  /**
   * One that is at most 0.5 s old. While the store does not answer, the last good fleet, marked so, within 0.8 s once there was
   * one.
   */
  now(): Promise<Snapshot>
  /**
   * Tells of every snapshot from now on, the last one first if there is any. Gives what ends that; `ended` is called when there
   * will be no more.
   */
  follow(listener: (snapshot: Snapshot) => void, ended: () => void): () => void
  close(): Promise<void>
}

/**
 * @param latestDeadLetters reads those of the exports; asked only when they have changed
 */
export function openSnapshots(
  fleet: Fleet,
  health: Health,
  latestDeadLetters: () => Promise<DeadLetter[]>,
  log: Log,
): Snapshots {
  const listeners = new Map<(snapshot: Snapshot) => void, () => void>()
  const begun = Date.now().toString(36)
  let histories: Histories = new Map()
  let number = 0
  let essence = ''
  let last: { snapshot: Snapshot; at: number; tookMs: number } | null = null
  let underWay: Promise<Snapshot> | null = null
  let timer: NodeJS.Timeout | undefined
  let letters: { of: string; found: DeadLetter[] } | null = null

  async function deadLetters(main: Judged, reading: FleetReading): Promise<DeadLetter[]> {
    const read = reading.queues.get(main.signals.queue)
    const of = read && !(read instanceof Error) ? `${read.counts.failed} ${JSON.stringify(read.newestDeadLetter)}` : ''
    if (letters?.of !== of || of.endsWith('null')) letters = { of, found: await latestDeadLetters() }
    return letters.found
  }

  async function see() {
    const judged = await health.judged(TICK_MS / 2)
    const [main] = judged
    if (!main.signals.store.reachable) return { judged, reading: null, deadLetters: null }
    try {
      const reading = await fleet.read(TICK_MS)
      return { judged, reading, deadLetters: await deadLetters(main, reading) }
    } catch (error) {
      // The store went away between two reads; the next report will say so.
      if (error instanceof OpsError) return { judged, reading: null, deadLetters: null }
      throw error
    }
  }

  function take(seen: Awaited<ReturnType<typeof see>>): Snapshot {
    const [main, ...watched] = seen.judged
    const { reading } = seen
    const described = reading && describeFleet(histories, { ...seen, reading }, fleet)
    if (described) histories = described.histories
    const fresh = described?.fleet ?? (last?.snapshot.fleet && { ...last.snapshot.fleet, store_reachable: false })
    const told = { health: reportHealth(main, watched), queue: describeMain(seen) }
    const now = essenceOf({ ...told, fleet: fresh ?? null })
    if (now !== essence) number += 1
    essence = now
    return { ...told, fleet: fresh ? { ...fresh, sequence: `${begun}-${number}` } : null }
  }

  async function tick(): Promise<Snapshot> {
    const at = performance.now()
    const snapshot = take(await see())
    last = { snapshot, at, tookMs: performance.now() - at }
    for (const listener of listeners.keys()) listener(snapshot)
    return snapshot
  }
  const tickOnce = () => (underWay ??= tick().finally(() => (underWay = null)))

  function schedule() {
    clearTimeout(timer)
    if (listeners.size === 0) return
    // One that waited for a store that does not answer was no work for it.
    const tookMs = last?.snapshot.queue ? last.tookMs : 0
    const pause = Math.min(Math.max(TICK_MS, tookMs / SHARE), LONGEST_PAUSE_MS)
    const begunMs = performance.now()
    timer = setTimeout(
      () => {
        void tickOnce()
          .catch((error: unknown) =>
            log.error({ event: 'snapshot_failed', err: error }, 'a snapshot could not be taken'),
          )
          .finally(schedule)
      },
      Math.max(0, pause - (last ? begunMs - last.at : pause)),
    )
  }

  return {
    async now() {
      if (last && performance.now() - last.at <= TICK_MS) return last.snapshot
      const next = tickOnce()
      const before = last?.snapshot
      return before ? inTime(ANSWER_MS, next, () => lost(before)) : next
    },
    follow(listener, ended) {
      listeners.set(listener, ended)
      if (last) listener(last.snapshot)
      if (listeners.size === 1) schedule()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) clearTimeout(timer)
      }
    },
    async close() {
      clearTimeout(timer)
      for (const ended of listeners.values()) ended()
      listeners.clear()
      await underWay?.catch(() => undefined)
    },
  }
}

/** What is told of a store that does not answer in time, as long as nobody knows why. */
const lost = (before: Snapshot): Snapshot => ({
  ...before,
  queue: null,
  fleet: before.fleet && { ...before.fleet, store_reachable: false },
})
