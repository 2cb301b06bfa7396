import { finding, judge, measured, tells, unreadPart, type Rule } from './rule.ts'
import { counted } from './words.ts'

/**
 * Jobs that became dead letters within the last five minutes: bleeding now, while `dlq_depth` also counts old corpses and
 * takes a fresh loss of 49 for health. 3 and 10 (field notes, section 4, signal 7; SQS counts arrivals likewise).
 */
export const dlqGrowth: Rule = (signals, { deadLetterGrowth: level }) => {
  const name = 'dlq_growth'
  const { facts, trend } = signals
  if (!tells(facts, 'deadLetters')) return unreadPart(name, signals, measured(null, 'jobs', level), 'deadLetters')
  const count = facts.deadLetters.inFiveMinutes
  const status = judge(count, level, trend.before.get(name))
  const action = status === 'pass' ? null : 'See the newest reasons: a source or a release may have broken just now.'
  const message = `${counted(count, 'job')} failed for good in the last 5 minutes.`
  return finding(name, status, message, { ...measured(count, 'jobs', level), action })
}
