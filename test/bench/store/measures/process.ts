import { perSecond } from '../../figures.ts'
import { fill } from '../contender.ts'
import { openFresh, type Measure } from '../measure.ts'

/**
 * No-op jobs a second with one worker of this concurrency on a queue that was filled before, and the CPU time of this
 * process per job, in microseconds.
 */
export const processAt =
  (concurrency: number): Measure =>
  async (started, sizes) => {
    const jobs = concurrency === 1 ? sizes.processOneByOne : sizes.process
    await using queue = await openFresh(started)
    await fill(queue, jobs)
    const before = process.cpuUsage()
    const tookMs = await started.counted(() => queue.process(jobs, concurrency))
    const { user, system } = process.cpuUsage(before)
    return {
      [`process${concurrency}`]: perSecond(jobs, tookMs),
      [`process${concurrency}Cpu`]: (user + system) / jobs,
    }
  }
