import type { Fault } from '../fault.ts'
import { HEARTBEAT } from '../windows.ts'
import { onlyWorker } from '../workers.ts'

export const workerFrozen: Fault = {
  name: 'worker frozen',
  how: 'SIGSTOP to the only worker: it stays connected',
  system: { store: 'redis' },
  seenAs: ['consumers_alive'],
  window: HEARTBEAT,
  async inject(system) {
    const worker = onlyWorker(system)
    worker.process.kill('SIGSTOP')
    return async () => void worker.process.kill('SIGCONT')
  },
}
