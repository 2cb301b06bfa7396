import type { Fault } from '../fault.ts'
import { failForGood, removeDeadLetters } from '../jobs.ts'
import { SHORT_LOOK_BACK } from '../windows.ts'

export const deadLettersAboveLimit: Fault = {
  name: 'dead letters above the limit',
  how: '60 jobs that the worker refuses; the limit is 50',
  system: { store: 'redis', limits: SHORT_LOOK_BACK.limits },
  seenAs: ['dlq_depth'],
  window: { ms: 0, why: 'none; window_s, set here to 20 s (default 300), until failure_ratio forgets' },
  afterMs: SHORT_LOOK_BACK.ms,
  async inject({ queue }) {
    await failForGood(queue, 60)
    return () => removeDeadLetters(queue)
  },
}
