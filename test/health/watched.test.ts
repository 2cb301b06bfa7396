import { gatherSignals } from '@queue-ops/server/gather-signals'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { fail } from '../contract/desk.ts'
import { startRedis } from '../support/redis.ts'
import { openDesk, openLookout } from './desk.ts'

/** Every key with what it holds and how long it lives, but for our own one that shows that writing works. */
async function contentOf(redis: Redis) {
  const keys = (await redis.keys('*')).filter((key) => !key.endsWith(':queue-ops-write-test')).toSorted()
  return Promise.all(keys.map(async (key) => [key, await redis.dump(key), await redis.pttl(key)]))
}

for (const prefix of ['shop', '{shop}']) {
  test(`reading a queue of another application with the prefix ${prefix} leaves all its keys as they are`, async () => {
    await using server = await startRedis()
    const redis = new Redis(server.url)
    using _closing = { [Symbol.dispose]: () => redis.disconnect() }
    const names = ['mail', 'old', 'absent']
    {
      await using app = await openDesk(server.url, 'mail', prefix)
      await app.queue.addBulk([
        { name: 'waits', data: {} },
        { name: 'fails', data: {} },
      ])
      await app.queue.add('later', {}, { delay: 60_000 })
      await fail(await app.take(app.worker()))
      await app.queue.pause()
    }
    // What versions of BullMQ before 6 leave: an entry that only wakes workers, and a list of a paused queue's own.
    await redis.rpush(`${prefix}:old:wait`, '2', '1', '0:1700000000000')
    await redis.hset(`${prefix}:old:1`, { name: 'a', timestamp: '1', opts: '{}', data: '{}' })
    await redis.rpush(`${prefix}:old:paused`, '3')
    const before = await contentOf(redis)

    const signals = []
    for (const name of names) {
      await using lookout = await openLookout(server.url, name, prefix)
      signals.push(await gatherSignals(lookout.store, { queue: lookout.observer, kind: 'watched' }))
    }
    expect(await contentOf(redis)).toEqual(before)
    expect(signals).toMatchObject([
      {
        kind: 'watched',
        counts: { waiting: 1, delayed: 1, failed: 1 },
        paused: true,
        workers: 'unsupported',
        canary: 'unsupported',
        facts: { oldestWaiting: { id: '2' }, deadLetters: { inFiveMinutes: 1 }, pausedAt: expect.any(Number) },
      },
      { counts: { waiting: 3, active: 0 }, facts: { oldestWaiting: { id: '1', readyAt: 1 } } },
      { counts: { waiting: 0 }, paused: false, facts: { oldestWaiting: null, totals: null } },
    ])
    // Written, and gone by itself.
    expect(await redis.pttl(`${prefix}:queue-ops-write-test`)).toBeGreaterThan(0)
  })
}
