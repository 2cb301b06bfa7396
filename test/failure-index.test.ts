import { FailureIndex } from '@queue-ops/server/failure-index'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startRedis } from './support/redis.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-11-24T12:00:00Z')

/** A queue whose dead letters fail when a test says so, and the index of it. */
async function openQueue(bounds?: { deaths: number; idChars: number }) {
  const opened = new AsyncDisposableStack()
  const { url } = opened.use(await startRedis())
  const redis = opened.adopt(new Redis(url), (client) => client.disconnect())
  const store = openStore(url, 'bull', createLog('silent'))
  const queue = opened.adopt(store.openQueue('mail'), (queue) => queue.close())
  await queue.waitUntilReady()
  const deadLetters = store.openDeadLetters(queue)
  if (!deadLetters) throw new Error('Redis has dead letters')
  const index = new FailureIndex(queue, deadLetters, bounds)
  return {
    index,
    async bury(jobs: { id: string; at: number; reason?: string }[]) {
      const pipeline = redis.pipeline()
      for (const { id, at, reason = 'late' } of jobs) {
        pipeline.hset(queue.toKey(id), { name: 'mail', data: '{}', opts: '{}', failedReason: reason, timestamp: at })
        pipeline.zadd(queue.toKey('failed'), String(at), id)
      }
      await pipeline.exec()
    },
    remove: (ids: string[]) => redis.zrem(queue.toKey('failed'), ...ids),
    ids() {
      const ids: string[] = []
      index.each(({ jobId }) => ids.push(jobId))
      return ids
    },
    /** What the store has, in its order. */
    stored: () => redis.zrange(queue.toKey('failed'), '0', '-1'),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const jobsAt = (from: number, to: number, at: (n: number) => number) =>
  Array.from({ length: to - from }, (_, n) => ({ id: `${from + n}`, at: at(from + n) }))

test('after the first time only reasons that are new are read', async () => {
  await using queue = await openQueue()
  await queue.bury(jobsAt(0, 5000, (n) => T0 + n))
  await queue.index.update()
  expect(queue.index).toMatchObject({ known: 5000, total: 5000, older: 0, looked: 5000 })
  await queue.index.update()
  expect(queue.index.looked).toBe(5000)
  await queue.remove(['7', '1500', '4999'])
  // One by a worker whose clock is late.
  await queue.bury([...jobsAt(5000, 5010, (n) => T0 + n), { id: 'late clock', at: T0 + 2500, reason: 'else' }])
  await queue.index.update()
  expect(queue.index).toMatchObject({ known: 5008, total: 5008, looked: 5011 })
  expect(queue.ids()).toEqual(await queue.stored())
})

test('one that came while another went is found though their number is the same', async () => {
  await using queue = await openQueue()
  await queue.bury(jobsAt(0, 5000, (n) => T0 + n))
  await queue.index.update()
  await queue.remove(['1234'])
  await queue.bury([{ id: 'in its place', at: T0 + 1234, reason: 'else' }])
  // Each update compares one more of the older spans, of which there are about five.
  for (let update = 0; update < 8; update += 1) await queue.index.update()
  expect(queue.ids()).toEqual(await queue.stored())
  expect(queue.index.looked).toBe(5001)
})

test('any number may have failed in the same millisecond', async () => {
  await using queue = await openQueue()
  const at = (n: number) => T0 + (n < 500 ? n : n < 4000 ? 500 : n)
  await queue.bury(jobsAt(0, 5000, at))
  await queue.index.update()
  expect(queue.ids()).toEqual(await queue.stored())
  await queue.remove(['700', '3999', '4000'])
  await queue.index.update()
  expect(queue.ids()).toEqual(await queue.stored())
  expect(queue.index).toMatchObject({ known: 4997, looked: 5000 })
})

test('a group goes with its last dead letter, and what was removed wholly leaves nothing behind', async () => {
  await using queue = await openQueue()
  await queue.bury([
    { id: 'a', at: T0, reason: 'disk full' },
    { id: 'b', at: T0 + 1, reason: 'late' },
  ])
  await queue.index.update()
  const groups = () => {
    const found: string[] = []
    queue.index.each((_death, place) => found.push(queue.index.at(place)?.group ?? 'none'))
    return found
  }
  const [full = '', late = ''] = groups()
  expect(queue.index.deathsOf(full)).toEqual([{ jobId: 'a', failedAt: T0 }])
  await queue.remove(['a'])
  await queue.index.update()
  expect(groups()).toEqual([late])
  expect(queue.index.deathsOf(full)).toEqual([])
  await queue.remove(['b'])
  await queue.index.update()
  expect(queue.index).toMatchObject({ known: 0, total: 0 })
  await queue.bury([{ id: 'c', at: T0 - DAY, reason: 'disk full' }])
  await queue.index.update()
  expect(groups()).toEqual([full])
})

test('the newest are known when there are too many, and older ones again when there are not', async () => {
  await using queue = await openQueue({ deaths: 3000, idChars: 1_000_000 })
  await queue.bury(jobsAt(0, 10_000, (n) => T0 + n))
  await queue.index.update()
  expect(queue.index).toMatchObject({ known: 3000, older: 7000, total: 10_000, looked: 3000 })
  await queue.bury(jobsAt(10_000, 10_500, (n) => T0 + n))
  await queue.index.update()
  expect(queue.index.total).toBe(10_500)
  expect(queue.ids()).toEqual((await queue.stored()).slice(-queue.index.known))
  expect(queue.index.known).toBeLessThanOrEqual(3000)
  await queue.remove(jobsAt(5000, 10_500, () => 0).map(({ id }) => id))
  await queue.remove(jobsAt(0, 4000, () => 0).map(({ id }) => id))
  await queue.index.update()
  expect(queue.ids()).toEqual(await queue.stored())
  expect(queue.index).toMatchObject({ known: 1000, older: 0, total: 1000 })
})

test('long ids are kept up to what they may take', async () => {
  await using queue = await openQueue({ deaths: 100_000, idChars: 500_000 })
  await queue.bury(jobsAt(0, 5000, (n) => T0 + n).map((job) => ({ ...job, id: `${'x'.repeat(200)}${job.id}` })))
  await queue.index.update()
  expect(queue.index.known).toBeLessThanOrEqual(2500)
  expect(queue.index.total).toBe(5000)
  expect(queue.ids()).toEqual((await queue.stored()).slice(-queue.index.known))
  expect(queue.index.unnamed).toBe(0)
})
