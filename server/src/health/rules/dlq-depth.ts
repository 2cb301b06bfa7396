import { finding, judge, measured, unseen, type Rule } from './rule.ts'

/** Warns when there is any dead letter, since each is work that somebody asked for; fails at the limit. */
export const dlqDepth: Rule = (signals, { deadLetters: level }) => {
  const name = 'dlq_depth'
  const { counts, trend } = signals
  const limit = level.fail
  if (!counts) return unseen(name, signals, null, '', { count: null, limit })
  const count = counts.failed
  const told = { count, limit, ...measured(count, 'jobs', level) }
  if (count === 0) return finding(name, 'pass', 'No dead letters.', told)
  const status = judge(count, level, trend.before.get(name))
  const [letters, their, them] = count === 1 ? ['letter', 'its reason', 'it'] : ['letters', 'their reasons', 'them']
  const action = status === 'pass' ? null : `See ${their}, mend the cause and retry or remove ${them}.`
  return finding(name, status, `${count} dead ${letters} (limit ${limit}).`, { ...told, action })
}
