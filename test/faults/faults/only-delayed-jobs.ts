import type { Fault } from '../fault.ts'
import { quickJob } from '../jobs.ts'
import { HEARTBEAT } from '../windows.ts'
import { onlyWorker } from '../workers.ts'

const HOUR_MS = 3_600_000

export const onlyDelayedJobs: Fault = {
  name: 'consumers gone, jobs only delayed',
  how: 'SIGKILL to the only worker while a job is due in an hour and none waits; no canaries are sent',
  system: { store: 'redis', env: { CANARY_INTERVAL_MS: '0' } },
  seenAs: ['worker_running', 'consumers_alive'],
  window: HEARTBEAT,
  prepare: async ({ queue }) => void (await queue.add('export', quickJob, { delay: HOUR_MS })),
  async inject(system) {
    await onlyWorker(system).stop('SIGKILL')
    return async () => void (await system.startWorker())
  },
}
