import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { clockSetBy } from './support/clock.ts'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

// The clock is set while queues are in use, as a machine without a battery or a virtual one that was asleep does it. Due
// times and locks go by the clock, on Redis too.

const { Queue, Worker } = withBackend(createSqliteBackend)
const HOUR_MS = 3_600_000

async function openQueue() {
  const folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  return {
    queue,
    connection,
    async [Symbol.asyncDispose]() {
      await queue.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('a clock that is set back by an hour loses no job', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  const goOn = Promise.withResolvers<void>()
  const process = async (name: string) => void (name === 'active' && (await goOn.promise))
  const worker = new Worker('work', (job) => process(job.name), { connection, concurrency: 2, lockDuration: 2000 })
  await queue.add('active', {})
  await eventually(async () => expect(await queue.getActiveCount()).toBe(1))
  await queue.add('delayed', {}, { delay: 200 })
  {
    using _clock = clockSetBy(-HOUR_MS)
    await queue.add('after', {})
    await queue.add('soon', {}, { delay: 50 })
    goOn.resolve()
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(3))
    expect((await queue.getDelayed()).map((job) => job.name)).toEqual(['delayed'])
  }
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(4))
  expect((await queue.getCompleted()).every((job) => job.attemptsStarted === 1)).toBe(true)
  await worker.close()
})

test('a job that is due because the clock was set forward is taken by a worker that waits for it', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  const worker = new Worker('work', async () => 'done', { connection })
  await queue.add('in an hour', {}, { delay: HOUR_MS })
  await queue.add('now', {})
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  using _clock = clockSetBy(HOUR_MS)
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(2))
  await worker.close()
})

test('the job of a dead worker is found also when the clock was set back after the last look for such jobs', async () => {
  await using desk = await openQueue()
  const { queue, connection } = desk
  const dead = new Worker('work', null, { connection, lockDuration: 50 })
  const worker = new Worker('work', async () => 'done', { connection, stalledInterval: 100 })
  await queue.add('before', {})
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  await worker.pause()
  using _clock = clockSetBy(-HOUR_MS)
  await queue.add('taken', {})
  expect(await dead.getNextJob('token')).toMatchObject({ name: 'taken' })
  worker.resume()
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(2))
  await worker.close()
  await dead.close()
})

test('a locked file is given up in time also when the clock was set back meanwhile', async () => {
  await using desk = await openQueue()
  const impatient = new Queue('work', { connection: { ...desk.connection, busyTimeoutMs: 300 } })
  await impatient.waitUntilReady()
  const other = new DatabaseSync(desk.connection.path)
  other.exec('BEGIN IMMEDIATE')
  const refused = impatient.add('job', {})
  using _clock = clockSetBy(-HOUR_MS)
  await expect(refused).rejects.toThrow('locked')
  other.exec('ROLLBACK')
  other.close()
  await impatient.close()
})
