import type { Fault } from '../fault.ts'
import { WITHOUT_CONSUMERS } from '../windows.ts'
import { replaceWorker } from '../workers.ts'

export const workerOnAnotherPrefix: Fault = {
  name: 'worker on another prefix',
  how: 'the worker is started again with QUEUE_PREFIX=staging',
  system: { store: 'redis' },
  seenAs: ['worker_running'],
  window: WITHOUT_CONSUMERS,
  async inject(system) {
    await replaceWorker(system, { QUEUE_PREFIX: 'staging' })
    return () => replaceWorker(system)
  },
}
