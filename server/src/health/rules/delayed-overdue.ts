import { judgeDue } from './overdue.ts'
import { measured, tells, unreadPart, type Rule } from './rule.ts'

/**
 * A delayed job (a retry, a job for later) that is due and still delayed: nobody promotes them, which workers do by the
 * way when they look for jobs. 15 and 60 s. The only sign of dead consumers in a queue that holds delayed jobs alone.
 */
export const delayedOverdue: Rule = (signals, limits) => {
  const name = 'delayed_overdue'
  const level = limits.delayedOverdueS
  const { facts } = signals
  if (!tells(facts, 'delayed')) return unreadPart(name, signals, measured(null, 'seconds', level), 'delayed')
  const due = {
    at: facts.nextDelayedAt,
    level,
    none: 'No job is delayed.',
    what: 'The first delayed job',
    action: 'See whether workers run and take jobs: they promote what is due.',
  }
  return judgeDue(name, due, signals, limits)
}
