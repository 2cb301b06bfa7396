import { rm, writeFile } from 'node:fs/promises'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

const AHEAD_MS = 5 * 60_000

export const wrongClock: Fault = {
  name: 'clock of one host off by 5 minutes',
  how: "the worker's clock is 5 minutes ahead from one moment to the next",
  system: { store: 'redis', workerModule: 'wrong-clock.ts' },
  seenAs: ['worker_clock'],
  window: AT_ONCE,
  async inject({ flag }) {
    await writeFile(flag, String(AHEAD_MS))
    return () => rm(flag)
  },
}
