import { judgeDue } from './overdue.ts'
import { measured, tells, unreadPart, type Rule } from './rule.ts'

/**
 * A job scheduler whose next run is in the past: it has stopped producing, and no job waits or fails that would show it.
 * 15 and 60 s: the next run is set when the one before is taken.
 */
export const schedulerOverdue: Rule = (signals, limits) => {
  const name = 'scheduler_overdue'
  const level = limits.schedulerOverdueS
  const { facts } = signals
  if (!tells(facts, 'schedulers')) return unreadPart(name, signals, measured(null, 'seconds', level), 'schedulers')
  const { first } = facts.schedulers
  const due = {
    at: first?.nextRunAt ?? null,
    level,
    none: 'There are no schedulers.',
    what: `Scheduler ${first?.id}`,
    action: 'See whether workers run; put the scheduler in again when its next job is lost.',
  }
  const found = judgeDue(name, due, signals, limits)
  // What users send goes on.
  return { ...found, stops: false }
}
