import type { Fault } from '../fault.ts'
import { failForGood, removeDeadLetters } from '../jobs.ts'
import { AT_ONCE } from '../windows.ts'

export const deadLettersGrowing: Fault = {
  name: 'dead letters growing, below the limit',
  how: '12 jobs that the worker refuses, within a moment; the limit of their number is 50',
  system: { store: 'redis' },
  seenAs: ['dlq_growth'],
  window: AT_ONCE,
  async inject({ queue }) {
    await failForGood(queue, 12)
    return () => removeDeadLetters(queue)
  },
}
