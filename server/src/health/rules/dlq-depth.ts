import { finding, judge, measured, tells, unseen, type Rule } from './rule.ts'
import type { Signals } from './signals.ts'
import { lasting } from './words.ts'

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
  return finding(name, status, `${count} dead ${letters} (limit ${limit})${agesOf(signals)}.`, { ...told, action })
}

/** From when the oldest and the newest are. */
function agesOf({ facts, observedAt }: Signals): string {
  const { oldestAt = null, newestAt = null } = tells(facts, 'deadLetters') ? facts.deadLetters : {}
  if (oldestAt === null || newestAt === null) return ''
  const ago = (at: number) => `${lasting(observedAt.getTime() - at)} ago`
  return oldestAt === newestAt
    ? `, from ${ago(oldestAt)}`
    : `, the oldest from ${ago(oldestAt)}, the newest from ${ago(newestAt)}`
}
