import { finding, judge, measured, storeGone, type Rule } from './rule.ts'

/**
 * How long the store takes for the reads of one look, the best of the last three, since one slow answer may be ours; before
 * there are three, it passes.
 * 50 and 500 ms: a store in the same network answers in one or two, and a worker makes several calls for each job
 * (field notes, section 4, signal 14).
 */
export const storeLatency: Rule = ({ store, trend }, { storeLatencyMs: level }) => {
  const name = 'store_latency'
  if (!store.reachable) return finding(name, 'unknown', storeGone, measured(null, 'milliseconds', level))
  const ms = trend.latencyMs ?? store.latencyMs
  const status = trend.latencyMs === null ? 'pass' : judge(ms, level, trend.before.get(name))
  const action = status === 'pass' ? null : 'See what keeps it busy: slow commands, its host, the network between.'
  const message = `The queue store takes ${Math.round(ms)} ms for a look.`
  return finding(name, status, message, { ...measured(ms, 'milliseconds', level), action })
}
