import { finding, judge, known, measured, storeGone, unreadPart, unseen, type Rule } from './rule.ts'

/** Of fewer a ratio says nothing: one of two is half. */
const ENOUGH = 20

/**
 * How many of the jobs that were over within the window (5 min) had failed for good: 10 and 50 %, once there are 20 of
 * them. Not known where nobody counts (BullMQ's worker option `metrics`).
 */
export const failureRatio: Rule = (signals, { failureRatio: level }) => {
  const name = 'failure_ratio'
  const { store, facts, trend } = signals
  const nothing = measured(null, 'ratio', level)
  if (!store.reachable) return finding(name, 'unknown', storeGone, nothing)
  if (facts === null) return unseen(name, signals, null, '', nothing)
  if (known(facts) && facts.unread.totals) return unreadPart(name, signals, nothing, 'totals')
  if (!trend.finished) return unseen(name, signals, 'unsupported', 'Nobody counts the jobs that are over.', nothing)
  const { completed, failed } = trend.finished
  const all = completed + failed
  if (all < ENOUGH) return finding(name, 'pass', `${failed} of ${all} jobs failed: too few for a ratio.`, nothing)
  const ratio = failed / all
  const status = judge(ratio, level, trend.before.get(name))
  const message = `${failed} of ${all} jobs failed lately (${Math.round(ratio * 100)} %).`
  const action = status === 'pass' ? null : 'See the reasons of the dead letters.'
  return finding(name, status, message, { ...measured(ratio, 'ratio', level), action })
}
