import { finding, stopping, storeGone, type Rule } from './rule.ts'

/** Fails when the limit of waiting jobs is reached, or when jobs wait in a paused queue. */
export const queueDepth: Rule = ({ counts, paused }, limits) => {
  const limit = limits.waiting
  if (!counts) return finding('queue_depth', 'unknown', storeGone, { active: null, waiting: null, limit })
  const waiting = counts.waiting + counts.prioritized
  const values = { active: counts.active, waiting, limit }
  const seen = `${counts.active} active, ${waiting} waiting (limit ${limit})`
  if (paused && waiting > 0) {
    return stopping(finding('queue_depth', 'fail', `${seen}; the queue is paused: resume it to let jobs flow.`, values))
  }
  if (waiting >= limit)
    return finding('queue_depth', 'fail', `${seen}: add workers or find out why they are slow.`, values)
  if (paused) return finding('queue_depth', 'warn', `${seen}; the queue is paused: what comes now will wait.`, values)
  return finding('queue_depth', 'pass', `${seen}.`, values)
}
