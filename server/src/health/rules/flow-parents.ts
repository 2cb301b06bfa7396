import { finding, tells, unreadPart, type Rule } from './rule.ts'

/**
 * A parent that waits for ever: what it still waits for has failed for good, and its flow does not say what is to happen then
 * (BullMQ's `failParentOnFailure`, `ignoreDependencyOnFailure` and the like). It is no dead letter itself, so nothing else tells of
 * it. It warns only, since what users send goes on.
 */
export const flowParents: Rule = (signals) => {
  const name = 'flow_parents'
  const { facts } = signals
  if (!tells(facts, 'flows')) return unreadPart(name, signals, {}, 'flows')
  if (!facts.stranded) return finding(name, 'pass', 'No parent is known to wait for children that are dead letters.')
  const { id, child } = facts.stranded
  const message = `Parent ${id} waits for ever: what it still waits for has failed for good (${child}).`
  const action = 'Retry the child, or remove it; let the flow say what a failed child means for its parent.'
  return finding(name, 'warn', message, { action })
}
