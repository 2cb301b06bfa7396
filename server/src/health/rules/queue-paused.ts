import { finding, stopping, storeGone, type Rule } from './rule.ts'
import { waitingJobs } from './workers.ts'
import { counted, moment } from './words.ts'

/**
 * A paused queue gives no jobs to anybody, while all its consumers are well. It warns while nothing waits, since that may
 * be a planned pause, and fails once a job waits that nobody will take. What else would follow from it (`progress`,
 * `oldest_waiting`, `canary`, `backlog` …) is not judged meanwhile: one cause is one incident. A pause that was declared
 * as maintenance warns only (docs/health.md).
 */
export const queuePaused: Rule = (signals) => {
  const { paused, counts, facts, store } = signals
  const name = 'queue_paused'
  if (!store.reachable) return finding(name, 'unknown', storeGone)
  if (paused === null || !counts) return finding(name, 'unknown', 'This could not be read at the moment.')
  if (!paused) return finding(name, 'pass', 'The queue is not paused.')
  const pausedAt = typeof facts === 'object' ? (facts?.pausedAt ?? null) : null
  const since = pausedAt === null ? 'The queue is paused' : `The queue is paused since ${moment(pausedAt)}`
  const action = 'Resume it, unless somebody paused it on purpose.'
  const waiting = waitingJobs(signals)
  if (waiting === 0)
    return finding(name, 'warn', `${since}; nothing waits in it yet.`, { value: 0, unit: 'jobs', action })
  const message = `${since}, and ${counted(waiting, 'job waits', 'jobs wait')} in it.`
  return stopping(finding(name, 'fail', message, { value: waiting, unit: 'jobs', action }))
}
