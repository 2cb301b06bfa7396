import type { Fault } from '../fault.ts'
import { HEARTBEAT } from '../windows.ts'
import { onlyWorker } from '../workers.ts'

export const workerKilled: Fault = {
  name: 'worker killed',
  how: 'SIGKILL to the only worker, while the queue is idle',
  system: { store: 'redis' },
  seenAs: ['worker_running', 'consumers_alive'],
  window: HEARTBEAT,
  async inject(system) {
    await onlyWorker(system).stop('SIGKILL')
    return async () => void (await system.startWorker())
  },
}
