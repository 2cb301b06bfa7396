import { setTimeout as pause } from 'node:timers/promises'
import { openFresh, type Measure } from '../measure.ts'
import { forkWorker } from '../worker-handle.ts'

/** What starting costs is over by then (ms). */
const SETTLE_MS = 1000

/** The share of one core, in percent, that a process needs whose only worker has nothing to do. */
export const idle: Measure = async (started, sizes) => {
  await using queue = await openFresh(started)
  if (!queue.live) return {}
  await using worker = await forkWorker(started.contender.id, queue.address)
  await pause(SETTLE_MS)
  const before = await worker.cpuTime()
  await pause(sizes.idleMs)
  const after = await worker.cpuTime()
  return { idleCpu: ((after.usedMs - before.usedMs) / (after.at - before.at)) * 100 }
}
