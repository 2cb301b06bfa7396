import { rm, writeFile } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { startExport } from '../jobs.ts'
import { keepWorkerRunning } from '../workers.ts'

const MINUTE_MS = 60_000

export const poisonJob: Fault = {
  name: 'poison job',
  how: 'an export that kills whichever worker takes it; a supervisor starts the worker again each time',
  system: { store: 'redis', workerModule: 'faulty-reads.ts', limits: { stalls: '1/1' } },
  seenAs: ['stalled_jobs', 'active_jobs'],
  window: { ms: 14_000, why: '14 s: its lock ends after 8 s, two sweeps of 3 s; stalls 1, set here (default 3)' },
  // The worst of the last minute counts, since between two rounds the job waits.
  afterMs: MINUTE_MS,
  async inject(system) {
    const supervisor = keepWorkerRunning(system)
    await writeFile(system.flag, 'die')
    await startExport(system.server.url)
    return async () => {
      await rm(system.flag)
      await supervisor.retire()
    }
  },
}
