import { finding, judge, measured, tells, unreadPart, type Rule } from './rule.ts'
import { counted } from './words.ts'

/**
 * A job that was taken back from its workers again and again kills or blocks them: a poison job. It survives the worker
 * and takes down the next one, and one made by a scheduler is even exempt from BullMQ 6's limit of such rounds, so that it
 * never becomes a dead letter. 1 and 3 times; the worst of the last minute counts, since between two rounds it waits.
 */
export const stalledJobs: Rule = (signals, { stalls: level }) => {
  const name = 'stalled_jobs'
  const { facts, trend } = signals
  if (!tells(facts, 'active')) return unreadPart(name, signals, measured(null, 'jobs', level), 'active')
  const count = trend.stalled?.count ?? 0
  const status = judge(count, level, trend.before.get(name))
  const told = { value: count, warn_at: level.warn, fail_at: level.fail }
  if (!trend.stalled || status === 'pass') {
    return finding(name, 'pass', 'No active job was taken back from a worker.', told)
  }
  const message = `Job ${trend.stalled.id} was taken back from workers that lost it ${counted(count, 'time')}.`
  const action = 'See the worker logs: it may crash or block them. Remove the job when it does so again and again.'
  return finding(name, status, message, { ...told, action })
}
