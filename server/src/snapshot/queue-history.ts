/** What is remembered of a queue between two snapshots: bounded, whatever happens in the queue. Never changed, only replaced. */
export interface QueueHistory {
  counted: readonly Counted[]
  movement: string | null
  /** Since when jobs have been waiting without any being taken or finished, null when none waits. */
  stillSince: number | null
  /** Since when it has been looked at without a gap. */
  watchedSince: number
  lastSuccessAt: number | null
}

/** How far the numbers were at a time; null: nobody counts. */
export interface Counted {
  at: number
  failed: number
  completedTotal: number | null
  finishedTotal: number | null
}

/** Growth and throughput are over so long. */
const WINDOW_MS = 300_000
/** Of shorter times nothing is said: one job more would be a flood. */
const LEAST_MS = 15_000
/** Numbers are kept at most so often. */
const STEP_MS = 2000
/** Longer between two snapshots, and nobody knows what happened meanwhile. */
const GAP_MS = 30_000
const MINUTE_MS = 60_000

/** Takes in what was just counted. What goes backwards, a clock or a total, begins anew. */
export function takeCounts(before: readonly Counted[], now: Counted): readonly Counted[] {
  const last = before.at(-1)
  if (last && (now.at < last.at || (now.finishedTotal ?? 0) < (last.finishedTotal ?? 0))) return [now]
  const young = before.filter(({ at }) => now.at - at <= WINDOW_MS)
  const previous = young.at(-2)
  // The newest is always there; the one before it gives way unless it is a step away from its own.
  const kept = previous && (young.at(-1)?.at ?? 0) - previous.at < STEP_MS ? young.slice(0, -1) : young
  return [...kept, now]
}

export interface Rates {
  deadLettersPerMinute: number | null
  finishedPerMinute: number | null
}

/** By how much the numbers changed in a minute, null while too little was seen. */
export function ratesOf(counted: readonly Counted[]): Rates {
  const [first, last] = [counted[0], counted.at(-1)]
  if (!first || !last || last.at - first.at < LEAST_MS) return { deadLettersPerMinute: null, finishedPerMinute: null }
  const perMinute = (count: number) => Math.round((count / (last.at - first.at)) * MINUTE_MS * 100) / 100
  const { finishedTotal: from } = first
  const { finishedTotal: to } = last
  return {
    deadLettersPerMinute: perMinute(last.failed - first.failed),
    finishedPerMinute: from === null || to === null ? null : perMinute(to - from),
  }
}

/** What was just seen of the way of the jobs. */
export interface Motion {
  at: number
  movement: string | null
  /** Jobs that could be taken wait. */
  waits: boolean
}

/** Since when nothing moves, as far as was seen. */
export function takeMotion(
  before: QueueHistory | undefined,
  { at, movement, waits }: Motion,
): Pick<QueueHistory, 'movement' | 'stillSince' | 'watchedSince'> {
  const lastAt = before?.counted.at(-1)?.at
  const followed = before && lastAt !== undefined && at >= lastAt && at - lastAt <= GAP_MS ? before : null
  const moved = followed === null || followed.movement === null || movement !== followed.movement
  return {
    movement,
    stillSince: waits ? (moved ? at : (followed.stillSince ?? at)) : null,
    watchedSince: followed?.watchedSince ?? at,
  }
}
