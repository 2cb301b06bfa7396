import type { Check, CheckStatus } from '../contract.ts'
import { nextStreak, type Streak } from './streak.ts'
import type { Standing } from './standing.ts'
import { keepLook, lookOf, ratesOf, type Look } from './looks.ts'
import type { Limits } from './rules/limits.ts'
import type { Seen, Trend } from './rules/signals.ts'

/** What is remembered of the looks before: bounded, whatever happens in the queue. Never changed, only replaced. */
export interface Memory {
  looks: readonly Look[]
  /** Of the looks that followed each other without a gap. Times by the store's clock. */
  run: Run | null
  /** Not cut short by a gap: what is empty stays proof. */
  emptyAt: number | null
  statuses: ReadonlyMap<string, { status: CheckStatus; since: number }>
  standing: Standing | null
}

interface Run {
  began: number
  at: number
  movement: string | null
  stillSince: number | null
  withoutConsumersSince: number | null
  streak: Streak | null
  jobs: ReadonlyMap<string, { progress: string; unchangedSince: number; withoutLockSince: number | null }>
}

/** Longer between two looks, and nobody knows what happened meanwhile: this process was frozen, or the store away. */
const GAP_MS = 30_000

export const nothingSeen: Memory = { looks: [], run: null, emptyAt: null, statuses: new Map(), standing: null }

/** Takes in what was just seen, and says what the looks up to now tell. A pure function. */
export function takeIn(memory: Memory, seen: Seen, limits: Limits): { memory: Memory; trend: Trend } {
  const look = lookOf(seen)
  if (!look) {
    const lost: Memory = { ...memory, run: null }
    return { memory: lost, trend: trendOf(lost, memory.run?.at ?? 0, limits) }
  }
  const run = nextRun(memory.run, seen, look, limits)
  const isEmpty = look.waiting === 0
  const wasSetBack = memory.emptyAt !== null && memory.emptyAt > look.at
  const emptyAt = isEmpty ? look.at : wasSetBack ? null : memory.emptyAt
  const next: Memory = { ...memory, looks: keepLook(memory.looks, look), run, emptyAt }
  return { memory: next, trend: trendOf(next, look.at, limits) }
}

/** Notes what was found. `dated` gives a check with the time since which it has its status, as far as was seen. */
export function noteFound(memory: Memory, checks: readonly Check[], at: number) {
  const statuses = new Map(
    checks.map(({ name, status }) => {
      const before = memory.statuses.get(name)
      return [name, { status, since: before?.status === status ? Math.min(before.since, at) : at }]
    }),
  )
  const dated = (check: Check): Check => ({
    ...check,
    since: new Date(statuses.get(check.name)?.since ?? at).toISOString(),
  })
  return { memory: { ...memory, statuses } satisfies Memory, dated }
}

function nextRun(run: Run | null, seen: Seen, { at, waiting }: Look, { heartbeatS }: Limits): Run {
  const before = run && at >= run.at && at - run.at <= GAP_MS ? run : null
  const facts = typeof seen.facts === 'object' ? seen.facts : null
  const movement = (facts?.unread.movement ? null : facts?.movement) ?? before?.movement ?? null
  const moved = before !== null && before.movement !== null && movement !== before.movement
  const waits = waiting === null ? before?.stillSince !== null && before !== null : waiting > 0 && !seen.paused
  const consumers = consumersSeen(seen, heartbeatS * 1000)
  return {
    began: before?.began ?? at,
    at,
    movement,
    stillSince: waits ? ((moved ? null : before?.stillSince) ?? at) : null,
    withoutConsumersSince:
      consumers === null
        ? (before?.withoutConsumersSince ?? null)
        : consumers > 0
          ? null
          : (before?.withoutConsumersSince ?? at),
    streak: facts ? nextStreak(before?.streak ?? null, facts, at, seen.paused === true) : (before?.streak ?? null),
    jobs: facts ? jobsOf(facts.active, before?.jobs, at) : (before?.jobs ?? new Map()),
  }
}

function failingOf(run: Run | null, now: number): Trend['failing'] {
  const failing = run?.streak?.failing
  return failing ? { jobs: failing.jobs, attempts: failing.attempts, forMs: now - failing.since } : null
}

function jobsOf(
  active: { id: string; progress: string; locked: boolean }[],
  before: Run['jobs'] | undefined,
  at: number,
) {
  return new Map(
    active.map(({ id, progress, locked }) => {
      const known = before?.get(id)
      const unchangedSince = known?.progress === progress ? known.unchangedSince : at
      return [id, { progress, unchangedSince, withoutLockSince: locked ? null : (known?.withoutLockSince ?? at) }]
    }),
  )
}

/** A worker that was heard of lately counts where connections cannot be listed. */
function consumersSeen({ consumers, workers }: Seen, heardMs: number): number | null {
  if (consumers === null) return null
  if (consumers !== 'unsupported') return consumers.length
  return Array.isArray(workers) ? workers.filter(({ ageMs }) => ageMs < heardMs).length : null
}

function trendOf({ looks, run, emptyAt, statuses }: Memory, now: number, { windowS }: Limits): Trend {
  const since = (begin: number | null | undefined) => (begin === null || begin === undefined ? 0 : now - begin)
  const jobs = [...(run?.jobs ?? [])]
  return {
    coversMs: since(run?.began),
    stillMs: since(run?.stillSince),
    withoutConsumersMs: since(run?.withoutConsumersSince),
    sinceEmptyMs: emptyAt === null ? null : now - emptyAt,
    unchangedMs: new Map(jobs.map(([id, { unchangedSince }]) => [id, now - unchangedSince])),
    withoutLockMs: new Map(
      jobs.flatMap(([id, { withoutLockSince }]) => (withoutLockSince === null ? [] : [[id, now - withoutLockSince]])),
    ),
    failing: failingOf(run, now),
    ...ratesOf(looks, windowS),
    before: new Map([...statuses].map(([name, { status }]) => [name, status])),
  }
}
