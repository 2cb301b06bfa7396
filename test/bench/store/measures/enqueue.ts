import { perSecond, timed } from '../../figures.ts'
import { openFresh, type Measure } from '../measure.ts'

/** Jobs a second when each add is awaited before the next. */
export const addOneByOne: Measure = async (started, sizes) => {
  await using queue = await openFresh(started)
  const tookMs = await timed(() => started.counted(() => queue.addOneByOne(sizes.addOneByOne)))
  return { addOneByOne: perSecond(sizes.addOneByOne, tookMs) }
}

/** Jobs a second with the library's bulk call. */
export const addBulk: Measure = async (started, sizes) => {
  await using queue = await openFresh(started)
  const { addBulk } = queue
  if (!addBulk) return {}
  const tookMs = await timed(() => started.counted(() => addBulk(sizes.addBulk)))
  return { addBulk: perSecond(sizes.addBulk, tookMs) }
}
