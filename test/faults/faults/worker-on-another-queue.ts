import type { Fault } from '../fault.ts'
import { WITHOUT_CONSUMERS } from '../windows.ts'
import { replaceWorker } from '../workers.ts'

export const workerOnAnotherQueue: Fault = {
  name: 'worker on another queue',
  how: 'the worker is started again with EXPORT_QUEUE=export',
  system: { store: 'redis' },
  seenAs: ['worker_running'],
  window: WITHOUT_CONSUMERS,
  async inject(system) {
    await replaceWorker(system, { EXPORT_QUEUE: 'export' })
    return () => replaceWorker(system)
  },
}
