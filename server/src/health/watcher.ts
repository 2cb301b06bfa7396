import { inTime } from '../queue/in-time.ts'
import type { Log } from '../log.ts'
import { judgeLook, type Judged, type QueueSettings } from './report.ts'
import type { Seen } from './rules/signals.ts'
import { nothing } from './signals.ts'
import { nothingSeen } from './trend.ts'

/** A queue to look at. */
export interface Target {
  queue: string
  kind: Seen['kind']
  store: Seen['store']['kind']
  /** Reads its signals. A store that is away is no error, but a look that says so. */
  look(): Promise<Seen>
  /** By what it is judged at this moment. */
  settings(): QueueSettings
}

/** Looks at one queue and remembers. */
export interface Watcher {
  queue: string
  /** Looks now, or waits for the look that is under way. Rejects when a look fails for a reason of ours. */
  look(): Promise<Judged>
  /** The last look when it is not older than this, else a new one. */
  atMost(ageMs: number): Promise<Judged>
  latest(): Judged | null
}

/** Each signal is bounded to 1.5 s where it is read; a look that takes this long hangs, and is given up. */
const LATE_MS = 4000

/** @param looked is told of each look */
export function createWatcher(target: Target, looked: (judged: Judged) => void, log: Log): Watcher {
  const { queue } = target
  let memory = nothingSeen
  let last: { judged: Judged; at: number } | null = null
  let underWay: Promise<Judged> | null = null

  const look = async () => {
    const at = performance.now()
    const seen = await inTime(LATE_MS, target.look(), () => lost(target))
    const next = judgeLook(memory, seen, target.settings())
    memory = next.memory
    last = { judged: next.judged, at }
    looked(next.judged)
    return next.judged
  }
  const lookOnce = () => {
    underWay ??= look()
      .catch((error: unknown) => {
        log.error({ event: 'look_failed', queue, err: error }, 'a look at the queue failed for a reason that is ours')
        throw error
      })
      .finally(() => (underWay = null))
    return underWay
  }
  return {
    queue,
    look: lookOnce,
    latest: () => last?.judged ?? null,
    atMost: async (ageMs) => (last && performance.now() - last.at <= ageMs ? last.judged : lookOnce()),
  }
}

const lost = ({ queue, kind, store }: Target): Seen => ({
  queue,
  kind,
  observedAt: new Date(),
  store: { kind: store, reachable: false, problem: null },
  ...nothing,
})
