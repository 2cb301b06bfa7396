import { heldBy } from './held.ts'
import { finding, judge, measured, notWhilePaused, tells, unreadPart, type Rule } from './rule.ts'
import { lasting } from './words.ts'
import { waitingJobs } from './workers.ts'

/**
 * The age of the job that has waited longest: the delay that users feel (Sidekiq's queue latency, SQS'
 * ApproximateAgeOfOldestMessage). 30 and 120 s; set it to what was promised. Jobs carry the time of their producer's
 * clock, so an age is never taken to be more than the time since the queue was last seen empty.
 */
export const oldestWaiting: Rule = (signals, limits) => {
  const name = 'oldest_waiting'
  const { facts, trend, observedAt } = signals
  const level = limits.oldestWaitingS
  if (!tells(facts, 'line')) return unreadPart(name, signals, measured(null, 'seconds', level), 'line')
  const ageMs = oldestAgeMs(facts.oldestWaiting?.readyAt ?? null, observedAt.getTime(), trend.sinceEmptyMs)
  if (ageMs === null || waitingJobs(signals) === 0) {
    return finding(name, 'pass', 'No job waits.', measured(0, 'seconds', level))
  }
  if (signals.paused) return notWhilePaused(name, measured(ageMs / 1000, 'seconds', level))
  const status = judge(ageMs / 1000, level, trend.before.get(name))
  const told = measured(ageMs / 1000, 'seconds', level)
  const message = `The oldest waiting job (${facts.oldestWaiting?.id}) has waited for ${lasting(ageMs)}`
  if (status === 'pass') return finding(name, status, `${message}.`, told)
  const held = heldBy(signals, limits)
  const why = held ? `; ${held.why}` : ''
  const action = held?.action ?? 'See why workers do not take it, or add workers.'
  return finding(name, status, `${message}${why}.`, { ...told, action })
}

/** By the store's clock, null when none waits. */
export function oldestAgeMs(readyAt: number | null, now: number, sinceEmptyMs: number | null): number | null {
  if (readyAt === null) return null
  return Math.min(Math.max(now - readyAt, 0), sinceEmptyMs ?? Number.POSITIVE_INFINITY)
}
