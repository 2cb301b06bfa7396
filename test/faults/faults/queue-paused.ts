import type { Fault } from '../fault.ts'
import { quickJob } from '../jobs.ts'
import { AT_ONCE } from '../windows.ts'

export const queuePaused: Fault = {
  name: 'queue paused',
  how: 'pause() by somebody, and three jobs after that',
  system: { store: 'redis' },
  seenAs: ['queue_paused'],
  window: AT_ONCE,
  async inject({ queue }) {
    await queue.pause()
    await queue.addBulk(Array.from({ length: 3 }, () => ({ name: 'export', data: quickJob })))
    return () => queue.resume()
  },
}
