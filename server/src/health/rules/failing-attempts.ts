import { finding, judge, measured, notWhilePaused, stopping, tells, unreadPart, type Rule } from './rule.ts'
import { counted, lasting } from './words.ts'

/** One job that fails again and again may be its own fault; three are the workers' or that of what they need. */
const JOBS = 3

/**
 * Jobs are taken, fail attempt after attempt, and none is completed: much moves and nothing gets done. As long as they have
 * attempts left there is no dead letter, so `dlq_growth` and `failure_ratio` stay quiet. 60 and 300 s from the moment at which it
 * was first seen; it fails only for three jobs or more. A job counts from its second failed attempt on, since the first one is
 * what retries are for, and any job that is completed ends it, so that a few that fail among many that succeed are no trouble.
 */
export const failingAttempts: Rule = (signals, { failingS: level }) => {
  const name = 'failing_attempts'
  const { facts, trend } = signals
  const nothing = measured(null, 'seconds', level)
  if (!tells(facts, 'done', 'line', 'delayed')) return unreadPart(name, signals, nothing, 'done', 'line', 'delayed')
  if (!trend.failing) {
    const message = 'No job fails again and again without others being completed.'
    return finding(name, 'pass', message, measured(0, 'seconds', level))
  }
  if (signals.paused) return notWhilePaused(name, nothing)
  const { jobs, attempts, forMs } = trend.failing
  const told = measured(forMs / 1000, 'seconds', level)
  const judged = judge(forMs / 1000, level, trend.before.get(name))
  const status = judged === 'fail' && jobs < JOBS ? 'warn' : judged
  const failed = `${counted(jobs, 'job has', 'jobs have')} failed ${counted(attempts, 'attempt')}`
  const message = `${failed}, and none was completed for ${lasting(forMs)}.`
  if (status === 'pass') return finding(name, 'pass', message, told)
  const action = 'See why the attempts fail: what the jobs need may be gone, or the workers are of a broken release.'
  const found = finding(name, status, message, { ...told, action })
  return status === 'fail' ? stopping(found) : found
}
