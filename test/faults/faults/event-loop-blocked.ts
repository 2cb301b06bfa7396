import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { HEARTBEAT } from '../windows.ts'
import { onlyWorker } from '../workers.ts'

const BLOCKED_MS = 60_000

export const eventLoopBlocked: Fault = {
  name: 'worker event loop blocked',
  how: 'code in the worker holds its event loop for 60 s without a pause',
  system: { store: 'redis', workerModule: 'block-on-signal.ts' },
  seenAs: ['consumers_alive'],
  window: HEARTBEAT,
  async inject(system) {
    onlyWorker(system).process.kill('SIGUSR2')
    const over = pause(BLOCKED_MS)
    return () => over
  },
}
