import { finding, noFacts, stopping, storeGone, unseen, type Rule } from './rule.ts'

/**
 * Fails when the store answers but refuses a small write: out of memory, read-only, disk full, file locked. All of these
 * pass a `PING`, and no job can be added any more, so that nothing waits and every rule about waiting stays quiet
 * (field notes on probes, sections 4 and 10: the write probe).
 */
export const storeWritable: Rule = (signals) => {
  const { store } = signals
  if (!store.reachable) return finding('store_writable', 'unknown', storeGone)
  if (!store.facts) return unseen('store_writable', signals, 'unsupported', noFacts)
  const { writeProblem } = store.facts
  if (writeProblem === null) return finding('store_writable', 'pass', 'The queue store takes writes.')
  const message = `The queue store answers, but takes no writes: ${writeProblem}.`
  const action = 'Mend what it says: until then no job can be added, taken or finished.'
  return stopping(finding('store_writable', 'fail', message, { action }))
}
