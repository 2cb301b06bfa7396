import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gatherSignals } from '@queue-ops/server/gather-signals'
import type { RedisQueueBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { openStore } from '@queue-ops/server/store'
import { log, openDesk, openLookout, type Desk } from './desk.ts'

const gather = (d: Pick<Desk, 'store' | 'observer'>) => gatherSignals(d.store, { queue: d.observer, kind: 'exports' })

/** What Redis tells of itself; it has to answer. */
async function storeFacts(d: Desk) {
  const { store } = await gather(d)
  if (!store.reachable || !store.facts) throw new Error('Redis does not answer')
  return store.facts
}

test('Redis tells its version, role, memory, eviction policy and persistence', async () => {
  await using folder = await temporaryFolder()
  await using redis = await startRedis(['--dir', folder.path, '--appendonly', 'no'])
  await using d = await openDesk(redis.url)
  const facts = await storeFacts(d)
  expect(facts).toMatchObject({
    writeProblem: null,
    redis: {
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      role: 'master',
      loading: false,
      evictionPolicy: 'noeviction',
      maxBytes: null,
      evictedKeys: 0,
      persistence: { aof: false, healthy: true, none: true },
      masterLinkUp: null,
    },
  })
  expect(facts.redis?.usedBytes).toBeGreaterThan(100_000)
  await redis.ask('config', 'set', 'maxmemory', '100mb')
  await redis.ask('config', 'set', 'maxmemory-policy', 'allkeys-lru')
  await redis.ask('config', 'set', 'appendonly', 'yes')
  expect((await storeFacts(d)).redis).toMatchObject({
    evictionPolicy: 'allkeys-lru',
    maxBytes: 100 * 1024 * 1024,
    persistence: { aof: true, none: false },
  })
  await redis.ask('config', 'set', 'appendonly', 'no')
  await redis.ask('config', 'set', 'save', '3600 1')
  expect((await storeFacts(d)).redis?.persistence).toMatchObject({ aof: false, none: false })
})

test('keys that Redis evicts are counted', async () => {
  await using redis = await startRedis()
  await using d = await openDesk(redis.url)
  await redis.ask('config', 'set', 'maxmemory-policy', 'allkeys-random')
  const { usedBytes = 0 } = (await storeFacts(d)).redis ?? {}
  await redis.ask('config', 'set', 'maxmemory', usedBytes + 500_000)
  for (let at = 0; at < 100; at++) await redis.ask('set', `filler:${at}`, 'x'.repeat(20_000))
  expect((await storeFacts(d)).redis?.evictedKeys).toBeGreaterThan(0)
})

test('a Redis without memory for more is told, and what can be read is there', async () => {
  await using redis = await startRedis()
  await using d = await openDesk(redis.url)
  await d.queue.add('a', {})
  await redis.ask('config', 'set', 'maxmemory', 1)
  expect(await gather(d)).toMatchObject({
    store: { reachable: true, facts: { writeProblem: expect.stringContaining('memory limit') } },
    counts: { waiting: 1 },
    facts: { oldestWaiting: { id: '1' } },
  })
  await redis.ask('config', 'set', 'maxmemory', 0)
  expect((await storeFacts(d)).writeProblem).toBeNull()
})

test('a Redis that becomes a read-only replica is told, and whether it has its master', async () => {
  await using folder = await temporaryFolder()
  await using master = await startRedis()
  await using redis = await startRedis(['--dir', folder.path, '--appendonly', 'no'])
  await using d = await openDesk(redis.url)
  await d.queue.add('a', {})
  await redis.ask('replicaof', '127.0.0.1', new URL(master.url).port)
  await eventually(async () =>
    expect(await storeFacts(d)).toMatchObject({
      writeProblem: expect.stringContaining('read-only replica'),
      redis: { role: 'replica', masterLinkUp: true },
    }),
  )
  expect(await gather(d)).toMatchObject({ counts: { waiting: 0 }, facts: { oldestWaiting: null } })
  await master.stop()
  await eventually(async () => expect((await storeFacts(d)).redis?.masterLinkUp).toBe(false))
  await redis.ask('replicaof', 'no', 'one')
  expect(await storeFacts(d)).toMatchObject({ writeProblem: null, redis: { role: 'master', masterLinkUp: null } })
})

test('a Redis that cannot save its data, and takes no writes for that, is told', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  await mkdir(data)
  await using redis = await startRedis(['--appendonly', 'no', '--save', '3600 1', '--dir', data])
  await using d = await openDesk(redis.url)
  await d.queue.add('a', {})
  await rm(data, { recursive: true })
  await redis.ask('bgsave')
  await eventually(async () =>
    expect(await storeFacts(d)).toMatchObject({
      writeProblem: expect.stringContaining('could not save its data'),
      redis: { persistence: { healthy: false, none: false } },
    }),
  )
  // It would refuse to end while it cannot save.
  await redis.ask('config', 'set', 'save', '')
})

test('a Redis that still loads its data is told', async () => {
  await using folder = await temporaryFolder()
  // Slows the start down to some seconds.
  const slowly = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
  await using redis = await startRedis(['--appendonly', 'no', '--save', '3600 1', '--dir', folder.path, ...slowly])
  await using d = await openDesk(redis.url)
  await redis.ask('eval', `for i = 1, 5000 do redis.call('set', 'filler:' .. i, i) end`, 0)
  await redis.stop()
  expect((await gather(d)).store.reachable).toBe(false)
  const loaded = redis.start()
  await eventually(async () =>
    expect(await storeFacts(d)).toMatchObject({
      writeProblem: expect.stringContaining('still loading'),
      redis: { loading: true },
    }),
  )
  expect(await gather(d)).toMatchObject({ counts: null, facts: null })
  await loaded
  await eventually(async () => expect(await gather(d)).toMatchObject({ store: { facts: { writeProblem: null } } }))
  // One that is on its way back cannot be closed.
  await eventually(() => d.queue.count())
})

for (const [outage, begin, end] of [
  ['stopped', 'stop', 'start'],
  ['frozen', 'freeze', 'thaw'],
] as const) {
  test(`a Redis that is ${outage} is not reachable, and is again without a new connection being opened by hand`, async () => {
    await using redis = await startRedis()
    await using d = await openDesk(redis.url)
    await d.queue.add('a', {})
    await redis[begin]()
    for (let look = 0; look < 3; look++) {
      const signals = await gather(d)
      expect(signals).toMatchObject({ store: { reachable: false }, counts: null, paused: null, facts: null })
    }
    await redis[end]()
    await eventually(async () => expect(await gather(d)).toMatchObject({ store: { reachable: true } }))
  })
}

test('what a frozen Redis has not answered does not become more and more', async () => {
  await using redis = await startRedis()
  await using d = await openDesk(redis.url)
  const client = await (d.observer.getBackend() as RedisQueueBackend).client
  const pending = () => (client as unknown as { commandQueue: { length: number } }).commandQueue.length
  redis.freeze()
  const numbers: number[] = []
  for (let look = 0; look < 6; look++) {
    await gather(d)
    numbers.push(pending())
  }
  expect(Math.max(...numbers)).toBeLessThan(2 * (numbers[0] ?? 0))
  redis.thaw()
  await eventually(async () => expect(await gather(d)).toMatchObject({ store: { reachable: true } }))
  expect(pending()).toBe(0)
})

test('workers in other languages are seen, and those of other queues and other connections are not', async () => {
  await using redis = await startRedis()
  await using d = await openDesk(redis.url, 'mail')
  await using other = await openDesk(redis.url, 'mail-2')
  await other.worker().waitUntilReady()
  await d.worker({ name: 'node' }).waitUntilReady()
  const named = ['bull:mail:w:python', 'bull:mail', 'bull:mail:qe', 'bull:mails:w:other', 'shop:mail:w:other']
  const clients = named.map((connectionName) => new Redis(redis.url, { connectionName }))
  await Promise.all(clients.map((client) => client.ping()))
  const { consumers } = await gather(d)
  for (const client of clients) client.disconnect()
  if (!Array.isArray(consumers)) throw new Error('consumers are seen on Redis')
  expect(consumers.map(({ name }) => name).toSorted()).toEqual(['mail', 'node', 'python'])
  expect(consumers[0]).toMatchObject({ address: expect.stringMatching(/:\d+$/), connected_for_s: expect.any(Number) })
})

test('a user who may neither ask INFO, CONFIG and CLIENT nor run scripts sees all the rest', async () => {
  await using redis = await startRedis()
  await redis.ask(
    'acl',
    'setuser',
    'watcher',
    'on',
    '>secret',
    '~bull:*',
    '+@all',
    '-info',
    '-config',
    '-client',
    '-eval',
  )
  await using all = await openDesk(redis.url)
  await all.queue.add('a', {}, { timestamp: Date.now() - 60_000, attempts: 2 })
  const job = await all.take(all.worker())
  await job.moveToFailed(new Error('broken'), job.token ?? '', false)
  await all.queue.pause()
  await using d = await openLookout(redis.url.replace('//', '//watcher:secret@'), all.queue.name)
  const signals = await gather(d)
  expect(signals).toMatchObject({
    store: { reachable: true, facts: { writeProblem: null, redis: null } },
    counts: { waiting: 1 },
    paused: true,
    consumers: 'unsupported',
    facts: { oldestWaiting: { id: '1', readyAt: job.processedOn }, pausedAt: null },
  })
})

test('a wrong or missing password is told', async () => {
  await using redis = await startRedis()
  await redis.ask('config', 'set', 'requirepass', 'secret')
  const store = (url: string) => openStore(url, 'bull', log)
  for (const [url, told] of [
    [redis.url, 'QUEUE_URL has none'],
    [redis.url.replace('//', '//:wrong@'), 'refuses the user or the password'],
  ] as const) {
    const opened = store(url)
    const observer = opened.openObserver('mail')
    await eventually(async () =>
      expect((await gather({ store: opened, observer })).store).toEqual({
        kind: 'redis',
        reachable: false,
        problem: expect.stringContaining(told),
      }),
    )
    await observer.close()
  }
})

test('a user who may only read is told that he may not write', async () => {
  await using redis = await startRedis()
  await redis.ask('acl', 'setuser', 'reader', 'on', '>secret', '~*', '+@read', '+@connection', '+time')
  await using all = await openDesk(redis.url)
  await all.queue.add('a', {})
  await using d = await openLookout(redis.url.replace('//', '//reader:secret@'), all.queue.name)
  expect(await gather(d)).toMatchObject({
    store: { reachable: true, facts: { writeProblem: expect.stringContaining('may not write'), redis: null } },
    counts: { waiting: 1 },
    facts: { oldestWaiting: { id: '1' } },
  })
})

test('no sentence for clients tells a host, a user or a password', async () => {
  await using redis = await startRedis()
  await redis.ask('acl', 'setuser', 'reader', 'on', '>secret', '~*', '+@read', '+@connection', '+time')
  await using d = await openLookout(redis.url.replace('//', '//reader:secret@'), 'any')
  const told = JSON.stringify(await gather(d))
  for (const word of ['127.0.0.1', new URL(redis.url).port, 'reader:', 'secret']) expect(told).not.toContain(word)
})

test('a key of another type hides what it should hold, and nothing else', async () => {
  await using redis = await startRedis()
  await using d = await openDesk(redis.url, 'mail')
  await d.queue.add('a', {}, { timestamp: Date.now() - 60_000 })
  await d.queue.add('b', {}, { delay: 60_000 })
  const well = await gather(d)
  await redis.ask('set', 'bull:mail:repeat', 'x')
  expect(await gather(d)).toEqual({
    ...well,
    observedAt: expect.any(Date) as Date,
    store: expect.objectContaining({ reachable: true }) as object,
    consumers: expect.any(Array) as unknown[],
    facts: { ...(well.facts as object), unread: { schedulers: 'wrong_type' } },
  })
  await redis.ask('set', 'bull:mail:failed', 'x')
  expect(await gather(d)).toMatchObject({
    store: { reachable: true },
    counts: null,
    facts: {
      unread: { schedulers: 'wrong_type', deadLetters: 'wrong_type', done: 'wrong_type' },
      oldestWaiting: { id: '1' },
      nextDelayedAt: expect.any(Number),
      done: { vanished: null },
    },
  })
})

test('a user who may not use one command sees what others tell', async () => {
  await using redis = await startRedis()
  await redis.ask('acl', 'setuser', 'watcher', 'on', '>secret', '~*', '+@all', '-zrange', '-lindex')
  await using all = await openDesk(redis.url)
  await all.queue.add('a', {})
  await all.take(all.worker())
  await using d = await openLookout(redis.url.replace('//', '//watcher:secret@'), all.queue.name)
  const { counts, facts } = await gather(d)
  expect(counts).toMatchObject({ active: 1 })
  expect(facts).toMatchObject({ active: [{ id: '1', locked: true }], holds: { concurrency: null } })
  expect(facts).toHaveProperty('unread.schedulers', 'forbidden')
  expect(facts).not.toHaveProperty('unread.holds')
})
