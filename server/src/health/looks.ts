import type { Seen, Trend } from './rules/signals.ts'

/** What is kept of a look, for what only several of them show. */
export interface Look {
  at: number
  waiting: number | null
  totals: { completed: number; failed: number } | null
  evictedKeys: number | null
  latencyMs: number
  stalled: { id: string; count: number } | null
}

const KEPT_MS = 600_000
const KEPT = 150
/** A job that is taken back again and again is active most of the time, but not at every look. */
const STALLED_MS = 60_000
const LATENCIES = 3
const MINUTE_MS = 60_000

/** The looks before and this one, oldest first: ten minutes and 150 of them at most. Null was no look. */
export function keepLook(looks: readonly Look[], look: Look): readonly Look[] {
  const last = looks.at(-1)
  // The clock was set back, or counts began anew: nothing before can be compared.
  if (last && (look.at < last.at || isLess(look, last))) return [look]
  const young = looks.filter(({ at }) => look.at - at <= KEPT_MS)
  const kept = young.length < KEPT ? young : thinned(young)
  return [...kept, look]
}

/** Every second one, except that the newest stay together. */
function thinned(looks: readonly Look[]): Look[] {
  return looks.filter((_, at) => at % 2 === 0 || at >= looks.length - LATENCIES)
}

function isLess({ totals, evictedKeys }: Look, before: Look): boolean {
  if (totals && before.totals) {
    if (totals.completed < before.totals.completed || totals.failed < before.totals.failed) return true
  }
  return evictedKeys !== null && before.evictedKeys !== null && evictedKeys < before.evictedKeys
}

/** What a look keeps of what was seen; null when the store did not answer. */
export function lookOf({ observedAt, store, counts, facts }: Seen): Look | null {
  if (!store.reachable) return null
  const told = typeof facts === 'object' ? facts : null
  const worst = told?.active.toSorted((a, b) => b.stalledCount - a.stalledCount)[0]
  return {
    at: observedAt.getTime(),
    waiting: counts && counts.waiting + counts.prioritized,
    totals: told?.totals ?? null,
    evictedKeys: store.facts?.redis?.evictedKeys ?? null,
    latencyMs: store.latencyMs,
    stalled: worst && worst.stalledCount > 0 ? { id: worst.id, count: worst.stalledCount } : null,
  }
}

type Rates = Pick<Trend, 'backlog' | 'finished' | 'evictedKeys' | 'latencyMs' | 'stalled'>

/** What the looks that are kept say of the window that ends with the last of them. */
export function ratesOf(looks: readonly Look[], windowS: number): Rates {
  const last = looks.at(-1)
  if (!last) return { backlog: null, finished: null, evictedKeys: 0, latencyMs: null, stalled: null }
  const window = looks.filter(({ at }) => last.at - at <= windowS * 1000)
  const evicted = looks.flatMap(({ evictedKeys }) => (evictedKeys === null ? [] : [evictedKeys]))
  const stalled = looks.flatMap((look) => (look.stalled && last.at - look.at <= STALLED_MS ? [look.stalled] : []))
  return {
    backlog: backlogOf(window, windowS),
    finished: finishedIn(window),
    evictedKeys: (evicted.at(-1) ?? 0) - (evicted[0] ?? 0),
    latencyMs: looks.length < LATENCIES ? null : Math.min(...looks.slice(-LATENCIES).map(({ latencyMs }) => latencyMs)),
    stalled: stalled.toSorted((a, b) => b.count - a.count)[0] ?? null,
  }
}

function finishedIn(window: readonly Look[]): Trend['finished'] {
  const counted = window.flatMap(({ totals }) => (totals ? [totals] : []))
  const [first, last] = [counted[0], counted.at(-1)]
  return first && last ? { completed: last.completed - first.completed, failed: last.failed - first.failed } : null
}

function backlogOf(window: readonly Look[], windowS: number): Trend['backlog'] {
  const seen = window.flatMap(({ at, waiting, totals }) => (waiting === null ? [] : [{ at, waiting, totals }]))
  const [first, last] = [seen[0], seen.at(-1)]
  if (!first || !last || last.at - first.at < windowS * 500) return null
  const middle = seen.find(({ at }) => at >= (first.at + last.at) / 2) ?? last
  const perMinute = (from: typeof first, to: typeof first) =>
    to.at > from.at ? ((to.waiting - from.waiting) / (to.at - from.at)) * MINUTE_MS : 0
  const finished = finishedIn(window)
  const minutes = (last.at - first.at) / MINUTE_MS
  return {
    growthPerMinute: Math.min(perMinute(first, middle), perMinute(middle, last)),
    finishedPerMinute: finished && (finished.completed + finished.failed) / minutes,
  }
}
