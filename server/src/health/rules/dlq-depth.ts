import { finding, storeGone, type Rule } from './rule.ts'

/** Warns when there is any dead letter, since each is work that somebody asked for; fails at the limit. */
export const dlqDepth: Rule = ({ counts }, limits) => {
  const limit = limits.deadLetters
  if (!counts) return finding('dlq_depth', 'unknown', storeGone, { count: null, limit })
  const count = counts.failed
  const values = { count, limit }
  if (count === 0) return finding('dlq_depth', 'pass', 'No dead letters.', values)
  const [letters, their, them] = count === 1 ? ['letter', 'its reason', 'it'] : ['letters', 'their reasons', 'them']
  const seen = `${count} dead ${letters} (limit ${limit}): see ${their}, mend the cause and retry ${them}.`
  return finding('dlq_depth', count >= limit ? 'fail' : 'warn', seen, values)
}
