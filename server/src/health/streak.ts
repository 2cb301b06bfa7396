import type { QueueFacts } from '../queue/queue-facts.ts'

/** Jobs that fail one attempt after the other, as far as they were seen since a job was completed last. */
export interface Streak {
  /** When a completed job was noticed last, or looking began. */
  since: number
  /** By what it is noticed that one was completed. */
  done: { total: number | null; newest: string | null; vanished: number | null; vanishedBefore: number | null }
  /** How many attempts a job had failed when it was first seen since then. */
  firstSeen: ReadonlyMap<string, number>
  failing: { since: number; jobs: number; attempts: number } | null
}

/** So many jobs are remembered. */
const REMEMBERED = 300
/** One that has failed once is tried again, which is what attempts are for. */
const AGAIN = 2

/**
 * Takes in what was just seen. A job counts when it has failed twice or more and once of them since a job was completed last: it
 * was taken since then and is back in line, or it has failed more attempts than when it was first seen. So one that is tried
 * again by an operator does not count by what is long past.
 */
export function nextStreak(before: Streak | null, facts: QueueFacts, at: number, paused: boolean): Streak {
  const done = doneOf(before, facts)
  const isOver = !before || wasDone(before.done, done)
  const since = isOver ? at : before.since
  const firstSeen = remembered(isOver ? new Map() : before.firstSeen, facts)
  const again = facts.retried.filter(
    ({ id, failed, takenAt, isActive }) =>
      failed >= AGAIN && (failed > (firstSeen.get(id) ?? failed) || (!isActive && (takenAt ?? -Infinity) >= since)),
  )
  const isFailing = !paused && again.length > 0
  return {
    since,
    done: isOver ? { ...done, vanishedBefore: done.vanished } : done,
    firstSeen,
    failing: isFailing
      ? {
          since: (isOver ? null : before.failing?.since) ?? at,
          jobs: again.length,
          attempts: again.reduce((sum, { failed }) => sum + failed, 0),
        }
      : null,
  }
}

/**
 * What is nowhere any more is read beside jobs that move, so one may be missed at one look: what was so at two looks counts, which
 * is the smaller of both.
 */
function doneOf(before: Streak | null, { totals, done }: QueueFacts): Streak['done'] {
  const { newest, vanished } = done
  return { total: totals?.completed ?? null, newest, vanished, vanishedBefore: before?.done.vanishedBefore ?? vanished }
}

function wasDone(before: Streak['done'], now: Streak['done']): boolean {
  if (now.newest !== null && now.newest !== before.newest) return true
  if (now.total !== null && before.total !== null && now.total > before.total) return true
  const { vanished, vanishedBefore } = before
  if (now.vanished === null || vanished === null || vanishedBefore === null) return false
  return Math.min(now.vanished, vanished) > vanishedBefore
}

function remembered(before: ReadonlyMap<string, number>, { retried }: QueueFacts): ReadonlyMap<string, number> {
  const all = new Map(before)
  for (const { id, failed } of retried) if (!all.has(id)) all.set(id, failed)
  return new Map([...all].slice(-REMEMBERED))
}
