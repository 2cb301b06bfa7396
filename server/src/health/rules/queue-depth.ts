import { finding, judge, tells, unseen, type Rule } from './rule.ts'
import { oldestAgeMs } from './oldest-waiting.ts'
import { waitingJobs } from './workers.ts'

/**
 * How many jobs wait, prioritized ones included. At the limit it warns: depth alone tells nothing of the delay, and a
 * burst that is worked off in time is no incident. It fails when the oldest has waited beyond its objective too.
 */
export const queueDepth: Rule = (signals, limits) => {
  const { counts, facts, observedAt, paused, trend } = signals
  const limit = limits.waiting
  if (!counts) return unseen('queue_depth', signals, null, '', { active: null, waiting: null, limit })
  const waiting = waitingJobs(signals)
  const told = { active: counts.active, waiting, limit, value: waiting, unit: 'jobs' as const, warn_at: limit }
  const seen = `${counts.active} active, ${waiting} waiting (limit ${limit})`
  const deep = judge(waiting, { warn: limit, fail: Infinity }, trend.before.get('queue_depth')) !== 'pass'
  if (!deep) return finding('queue_depth', 'pass', `${seen}.`, told)
  const readyAt = tells(facts, 'line') ? (facts.oldestWaiting?.readyAt ?? null) : null
  const ageMs = oldestAgeMs(readyAt, observedAt.getTime(), trend.sinceEmptyMs) ?? 0
  const late = !paused && ageMs >= limits.oldestWaitingS.fail * 1000
  const message = late ? `${seen}, and they wait for longer than they may.` : `${seen}.`
  const action = 'Add workers, or find out why they are slow.'
  return finding('queue_depth', late ? 'fail' : 'warn', message, { ...told, action })
}
