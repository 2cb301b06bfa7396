import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

// Where SQLite's numbers, keys and processes are not those of Redis: found by attacking it beside Redis.

const { Queue, Worker, FlowProducer } = withBackend(createSqliteBackend)

async function openQueue(options: { prefix?: string } = {}) {
  const folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection, ...options })
  return {
    queue,
    connection,
    async [Symbol.asyncDispose]() {
      await queue.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('a job that is due in decades, or never, does not keep others from being taken', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  await queue.add('far', {}, { delay: 20 * 365 * 86_400_000 })
  await queue.add('never', {}, { delay: Number.MAX_SAFE_INTEGER })
  await queue.add('now', {})
  const worker = new Worker('work', async () => 'done', { connection })
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  expect((await queue.getDelayed()).map((job) => job.name)).toEqual(['far', 'never'])
  await worker.close()
})

test('numbers beyond what JavaScript holds exactly leave the queue readable, also those that are in the file already', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  const deduplication = { id: 'd', ttl: 1e17 }
  const first = await queue.add('a', {}, { deduplication })
  expect((await queue.add('a', {}, { deduplication })).id).toBe(first.id)
  await queue.upsertJobScheduler('rare', { every: 1e17 })
  const worker = new Worker('work', async () => 'done', { connection })
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(2))
  expect(await queue.getJobSchedulers()).toHaveLength(1)
  await queue.removeJobScheduler('rare')
  await worker.close()
  const db = new DatabaseSync(connection.path)
  db.exec('UPDATE job SET added_at = 1795501601804999936, delay = 10000000000000000')
  db.close()
  expect(await queue.getCompleted()).toMatchObject([{ delay: 1e16 }, { delay: 1e16 }])
  await queue.obliterate({ force: true })
})

test('a rate limit without an end can be lifted', async () => {
  await using desk = await openQueue()
  await desk.queue.rateLimit(Number.MAX_SAFE_INTEGER)
  await desk.queue.add('a', {})
  expect(await desk.queue.getRateLimitTtl()).toBeGreaterThan(0)
  expect(await desk.queue.removeRateLimitKey()).toBe(1)
  expect(await desk.queue.getWaitingCount()).toBe(1)
})

test('parents whose ids have colons get their children', async () => {
  await using desk = await openQueue({ prefix: 'my:app' })
  const flows = new FlowProducer({ connection: desk.connection, prefix: 'my:app' })
  const children = [{ name: 'child', queueName: 'work' }]
  const { job } = await flows.add({ name: 'parent', queueName: 'work', opts: { jobId: 'a:b:c' }, children })
  const worker = new Worker('work', async () => 'done', { connection: desk.connection, prefix: 'my:app' })
  await eventually(async () => expect(await job.getState()).toBe('completed'))
  await worker.close()
  await flows.close()
})

test('what was kept for later gives way when its id was taken meanwhile', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  const deduplication = { id: 'd', keepLastIfActive: true }
  const goOn = Promise.withResolvers<void>()
  const worker = new Worker('work', async (job) => void (job.id === 'A' && (await goOn.promise)), { connection })
  await queue.add('a', {}, { jobId: 'A', deduplication })
  await eventually(async () => expect(await queue.getActiveCount()).toBe(1))
  await queue.add('b', {}, { jobId: 'B', deduplication })
  await queue.add('b', {}, { jobId: 'B' })
  goOn.resolve()
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(2))
  await worker.close()
})

test('times with fractions are taken as whole milliseconds', async () => {
  await using desk = await openQueue()
  const job = await desk.queue.add('a', {}, { timestamp: 1_700_000_000_000.75, delay: 10.4 })
  expect(await desk.queue.getJob(job.id ?? '')).toMatchObject({ timestamp: 1_700_000_000_000, delay: 10 })
})

test('a connection of another container counts as long as it gives signs of life', async () => {
  await using desk = await openQueue()
  await desk.queue.getWorkers()
  const db = new DatabaseSync(desk.connection.path)
  const name = `bull:${Buffer.from('work').toString('base64')}`
  const add = db.prepare(
    `INSERT INTO client (name, pid, pid_space, since, seen_at) VALUES (?, 1, 'pid:[another]', ?, ?)`,
  )
  add.run(name, Date.now(), Date.now())
  add.run(name, Date.now() - 60_000, Date.now() - 16_000)
  db.close()
  expect(await desk.queue.getWorkersCount()).toBe(1)
})

test('a worker that was given up while it could not give signs is there again', async () => {
  await using desk = await openQueue()
  const worker = new Worker('work', async () => 'done', { connection: desk.connection })
  await worker.waitUntilReady()
  const db = new DatabaseSync(desk.connection.path)
  db.exec('DELETE FROM client')
  db.close()
  expect(await desk.queue.getWorkersCount()).toBe(0)
  await eventually(async () => expect(await desk.queue.getWorkersCount()).toBe(1))
  await worker.close()
  expect(await desk.queue.getWorkersCount()).toBe(0)
})
