import { median, type Figures } from '../../figures.ts'
import { fill } from '../contender.ts'
import { openFresh, type Measure } from '../measure.ts'

/**
 * Microseconds a job, worked on one by one, while so many wait: what finding the next one costs must not depend on how
 * many there are.
 */
export const claim: Measure = async (started, sizes) => {
  const most = started.contender.waitingLimit ?? 0
  if (most === 0) return {}
  await using queue = await openFresh(started)
  const figures: Figures = {}
  let waiting = 0
  for (const wanted of sizes.waiting.filter((jobs) => jobs <= most)) {
    await fill(queue, wanted - waiting)
    waiting = wanted
    const timings: number[] = []
    for (let timing = 0; timing <= sizes.claimTimings; timing++) {
      const tookMs = await started.counted(() => queue.process(sizes.claims, 1))
      timings.push((tookMs * 1000) / sizes.claims)
      await fill(queue, sizes.claims)
    }
    figures[`claim${wanted}`] = median(timings.slice(1))
  }
  const costs = Object.values(figures)
  return { ...figures, claimFlatness: (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN) }
}
