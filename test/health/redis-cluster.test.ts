import { gatherSignals } from '@queue-ops/server/gather-signals'
import { openStore } from '@queue-ops/server/store'
import { Queue, Worker } from 'bullmq'
import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { complete, fail, TOKEN } from '../contract/desk.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { log } from './desk.ts'

const prefix = '{shop}'

test('on a Redis cluster all is read, under a prefix that keeps a queue in one slot', async () => {
  await using folder = await temporaryFolder()
  await using redis = await startRedis([
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--dir',
    folder.path,
  ])
  await redis.ask('cluster', 'addslotsrange', 0, 16383)
  await eventually(async () => expect(String(await redis.ask('cluster', 'info'))).toContain('cluster_state:ok'))
  const { hostname: host, port } = new URL(redis.url)
  const connect = () => new Cluster([{ host, port: Number(port) }], { redisOptions: { maxRetriesPerRequest: null } })
  const clients = [connect(), connect()] as const
  const queue = new Queue('mail', { connection: clients[0], prefix })
  const worker = new Worker('mail', null, { connection: clients[1], prefix, autorun: false })
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
  for (const name of ['completed', 'active', 'tried']) await queue.add(name, {}, { attempts: 2 })
  const take = async () => {
    const job = await worker.getNextJob(TOKEN, { block: false })
    if (!job) throw new Error('there is no job to take')
    return job
  }
  await complete(await take())
  await take()
  await fail(await take())
  await queue.pause()

  const store = openStore(redis.url, prefix, log)
  const signals = await gatherSignals(store, { queue, kind: 'watched' })
  expect(signals).toMatchObject({
    store: { reachable: true, facts: { writeProblem: null, redis: { role: 'master' } } },
    counts: { waiting: 1, active: 1, completed: 1 },
    paused: true,
    facts: {
      oldestWaiting: { id: expect.any(String), readyAt: expect.any(Number) },
      active: [{ name: 'active', locked: true }],
      pausedAt: expect.any(Number),
    },
  })
  expect(signals.consumers).toHaveLength(1)
  await worker.close()
  await queue.close()
  for (const client of clients) client.disconnect()
})
