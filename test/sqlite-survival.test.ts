import { join } from 'node:path'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startHelper } from './support/helper.ts'
import { temporaryFolder } from './support/program.ts'

const { Queue, FlowProducer } = withBackend(createSqliteBackend)

test('a flow goes on after the death of all processes: its 50 children finish, then the parent, once', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const flows = new FlowProducer({ connection })
  const children = Array.from({ length: 50 }, (_, at) => ({ name: 'child', queueName: 'work', data: { at } }))
  const { job } = await flows.add({ name: 'parent', queueName: 'work', children })
  const queue = new Queue('work', { connection })
  {
    await using first = startHelper('survivor-worker.ts', [connection.path])
    await eventually(async () => expect(await queue.getCompletedCount()).toBeGreaterThan(10))
    first.kill()
  }
  expect(await job.getState()).toBe('waiting-children')
  await using _second = startHelper('survivor-worker.ts', [connection.path])
  await eventually(async () => expect(await job.getState()).toBe('completed'))
  expect(Object.keys(await job.getChildrenValues())).toHaveLength(50)
  expect(await queue.getCompletedCount()).toBe(51)
  await flows.close()
  await queue.close()
})

test('a cron schedule goes on after the death of all processes', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  await queue.upsertJobScheduler('tick', { pattern: '* * * * * *' }, { name: 'tick' })
  const runs = async () => (await queue.getCompleted()).filter((job) => job.name === 'tick').length
  {
    await using first = startHelper('survivor-worker.ts', [connection.path])
    await eventually(async () => expect(await runs()).toBeGreaterThan(0))
    first.kill()
  }
  const before = await runs()
  await using _second = startHelper('survivor-worker.ts', [connection.path])
  await eventually(async () => expect(await runs()).toBeGreaterThan(before + 1))
  expect(await queue.getJobSchedulersCount()).toBe(1)
  await queue.close()
})

test('a rate limit holds over the death of all processes', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  await queue.setGlobalRateLimit(2, 1000)
  await queue.addBulk(Array.from({ length: 8 }, (_, at) => ({ name: 'job', data: { at } })))
  {
    await using first = startHelper('survivor-worker.ts', [connection.path])
    await eventually(async () => expect(await queue.getCompletedCount()).toBeGreaterThan(0))
    first.kill()
  }
  await using _second = startHelper('survivor-worker.ts', [connection.path])
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(8))
  const started = (await queue.getCompleted()).map((job) => job.processedOn ?? 0).toSorted((a, b) => a - b)
  // Five starts at two a window touch three windows, so a whole one lies between the first and the last of them.
  for (let at = 4; at < started.length; at++) {
    expect((started[at] ?? 0) - (started[at - 4] ?? 0)).toBeGreaterThanOrEqual(1000)
  }
  await queue.close()
})

test('a deduplicated producer adds one job however often it is killed and started again', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  const ids = new Set<string | undefined>()
  for (let round = 0; round < 3; round++) {
    await using producer = startHelper('survivor-producer.ts', [connection.path])
    ids.add(await producer.nextMessage())
    producer.kill()
  }
  expect(ids.size).toBe(1)
  expect(await queue.getWaitingCount()).toBe(1)
  {
    await using _worker = startHelper('survivor-worker.ts', [connection.path])
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  }
  await using producer = startHelper('survivor-producer.ts', [connection.path])
  ids.add(await producer.nextMessage())
  expect(ids.size).toBe(2)
  await queue.close()
})
