import { closestName } from '../closest-name.ts'
import type { HealthReport } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import { inTime } from '../queue/in-time.ts'
import { inTurns } from '../in-turns.ts'
import { reportHealth, type Judged } from './report.ts'
import type { Signals } from './rules/signals.ts'
import { createWatcher, type Target, type Watcher } from './watcher.ts'

/** How often the main queue is looked at, whether or not anybody asks. */
const LOOK_EVERY_MS = 2000
/** The same of the further queues. */
const WATCH_EVERY_MS = 5000
/** Several monitors and pages ask at once; what is at most this old is told again instead of read again. */
const FRESH_MS = 1000
/** So many of the further queues are looked at at the same time: fifty at once would be a load of their own. */
const AT_ONCE = 8
/** After the start, an answer waits so long for the first looks at the further queues. */
const FIRST_LOOKS_MS = 1500

/** What was seen, and what it means. */
export interface Snapshot {
  signals: Signals
  report: HealthReport
}

/** The health of the queues that this process watches, looked at all the time by one sampler. */
export interface Health {
  /** Of the main queue at most 1 s old, of the further ones 5 s and what a look takes. Further ones not yet seen are left out. */
  snapshot(): Promise<Snapshot>
  /** All checks of one queue, at most 1 s old. Rejects with OpsError `invalid_input` when it is not watched. */
  reportOf(queue: string): Promise<HealthReport>
  /** Every queue that was seen, the main one first, and that one at most this old, by default as in a snapshot. */
  judged(atMostMs?: number): Promise<[Judged, ...Judged[]]>
  /** Tells of each look from now on, whoever asked for it. */
  onLook(listener: (judged: Judged) => void): void
  /** From now on it looks whether or not anybody asks: rates and durations need that. */
  watch(): void
  close(): Promise<void>
}

/** What a look says is remembered for the next. */
export function createHealth(main: Target, further: readonly Target[], log: Log): Health {
  const listeners: ((judged: Judged) => void)[] = []
  const looked = (judged: Judged) => listeners.forEach((listener) => listener(judged))
  const mainWatcher = createWatcher(main, looked, log)
  const watchers = further.map((target) => createWatcher(target, looked, log))
  const loops: (() => Promise<void>)[] = []
  let first: Promise<unknown> | null = null
  const firstLooks = () => (first ??= inTurns(watchers, AT_ONCE, lookQuietly))
  const judged = async (atMostMs = FRESH_MS): Promise<[Judged, ...Judged[]]> => {
    const [first] = await Promise.all([mainWatcher.atMost(atMostMs), inTime(FIRST_LOOKS_MS, firstLooks(), nothing)])
    return [first, ...watchers.flatMap(({ latest }) => latest() ?? [])]
  }
  const snapshot = async (): Promise<Snapshot> => {
    const [first, ...others] = await judged()
    return { signals: first.signals, report: reportHealth(first, others) }
  }
  return {
    snapshot,
    async reportOf(queue) {
      if (queue === main.queue) return (await snapshot()).report
      const watcher = watchers.find((watcher) => watcher.queue === queue)
      if (!watcher) throw new OpsError('invalid_input', notWatched(queue, [main, ...further]))
      return reportHealth(await watcher.atMost(FRESH_MS))
    },
    judged,
    onLook: (listener) => void listeners.push(listener),
    watch() {
      loops.push(
        repeat(LOOK_EVERY_MS, () => lookQuietly(mainWatcher)),
        repeat(WATCH_EVERY_MS, () => inTurns(watchers, AT_ONCE, lookQuietly), firstLooks()),
      )
    },
    async close() {
      await Promise.all([first, ...loops.map((stop) => stop())])
    },
  }
}

/** A look that fails is told to the log by the watcher, and to those who ask. */
const lookQuietly = (watcher: Watcher) => watcher.look().then(nothing, nothing)
const nothing = () => undefined

/** Does something again and again, never twice at a time. Gives what ends that. */
function repeat(everyMs: number, work: () => Promise<unknown>, first: Promise<unknown> = work()): () => Promise<void> {
  const ended = new AbortController()
  const loop = (async () => {
    let begun = performance.now()
    await first
    while (!ended.signal.aborted) {
      await pause(begun + everyMs - performance.now(), ended.signal)
      begun = performance.now()
      if (!ended.signal.aborted) await work()
    }
  })()
  return async () => {
    ended.abort()
    await loop
  }
}

async function pause(ms: number, ended: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(ms, 0))
  const stop = () => resolve()
  ended.addEventListener('abort', stop, { once: true })
  await promise
  ended.removeEventListener('abort', stop)
  clearTimeout(timer)
}

function notWatched(queue: string, targets: readonly Target[]): string {
  const names = targets.map((target) => target.queue)
  const meant = closestName(queue, names)
  return `The queue "${queue}" is not watched${meant ? `: did you mean "${meant}"?` : `. Watched are: ${names.join(', ')}.`}`
}
