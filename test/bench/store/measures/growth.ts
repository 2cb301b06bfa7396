import { fill } from '../contender.ts'
import { openFresh, type Measure } from '../measure.ts'

const PORTION = 5000
const CONCURRENCY = 50

/**
 * What a job takes that was added, worked on and kept, in bytes: over all jobs, and over the last half, in which nothing
 * counts that is there once. With the log file as it stands, which must not grow without bound.
 */
export const growth: Measure = async (started, sizes) => {
  const jobs = Math.min(sizes.growth, started.contender.growthLimit ?? 0)
  if (jobs === 0) return {}
  await using queue = await openFresh(started)
  const pass = async (count: number) => {
    for (let left = count; left > 0; left -= PORTION) {
      const portion = Math.min(left, PORTION)
      await fill(queue, portion)
      await queue.process(portion, CONCURRENCY)
    }
    return started.host.bytes()
  }
  const empty = await started.host.bytes()
  const half = await pass(Math.ceil(jobs / 2))
  const all = await pass(Math.floor(jobs / 2))
  return {
    growthJobs: jobs,
    growthBytes: (all - empty) / jobs,
    growthLateBytes: (all - half) / Math.floor(jobs / 2),
    growthTotal: all,
  }
}
