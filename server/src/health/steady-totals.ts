import type { Observed } from './signals.ts'

/**
 * Keeps the total of completed jobs from going back by one. BullMQ counts a canary a moment before its worker has told that it
 * was one, and a counter that falls is taken for a restart by those who watch it. There is one canary at a time, so it is never
 * more than one; a larger fall is a queue that was emptied.
 */
export function steadyTotals(): (observed: Observed) => Observed {
  let told = 0
  return (observed) => {
    const { facts } = observed
    if (facts === null || facts === 'unsupported' || !facts.totals) return observed
    const { completed } = facts.totals
    if (completed !== told - 1) told = completed
    return { ...observed, facts: { ...facts, totals: { ...facts.totals, completed: told } } }
  }
}
