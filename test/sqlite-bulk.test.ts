import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend, type Job } from 'bullmq'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/program.ts'

const { Queue, FlowProducer } = withBackend(createSqliteBackend)

const MANY = 50_000
const many = () => Array.from({ length: MANY }, (_, at) => ({ name: 'job', data: { at } }))

test('a large bulk leaves turns to the event loop, and others see all of it or nothing', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const queue = new Queue('work', { connection: { path } })
  await queue.add('first', {})
  const stranger = new DatabaseSync(path, { readOnly: true })
  const count = stranger.prepare('SELECT count(*) AS jobs FROM job')
  const seen: unknown[] = []
  const added = queue.addBulk(many())
  const behind = queue.add('last', {})
  const watching = setInterval(() => seen.push(count.get()?.['jobs']), 1)
  const jobs = await added
  clearInterval(watching)
  expect(seen.length).toBeGreaterThan(2)
  expect(new Set(seen)).toEqual(new Set([1]))
  expect(jobs.map((job) => Number(job.id))).toEqual(Array.from({ length: MANY }, (_, at) => at + 2))
  expect(Number((await behind).id)).toBe(MANY + 2)
  expect(count.get()).toEqual({ jobs: MANY + 2 })
  stranger.close()
  await queue.close()
})

test('a queue that is closed while a large bulk is added has all of it', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  await queue.waitUntilReady()
  const added = queue.addBulk(many())
  await Promise.all([added, new Promise(setImmediate).then(() => queue.close())])
  const again = new Queue('work', { connection })
  expect(await again.getWaitingCount()).toBe(MANY)
  await again.close()
})

/** What a stranger counts again and again while something is done: every time that the event loop has a turn. */
async function seenDuring(path: string, doing: () => Promise<unknown>): Promise<number[]> {
  const stranger = new DatabaseSync(path, { readOnly: true })
  const count = stranger.prepare('SELECT count(*) AS jobs FROM job')
  const seen: number[] = []
  const watching = setInterval(() => seen.push(Number(count.get()?.['jobs'])), 1)
  await doing()
  clearInterval(watching)
  stranger.close()
  return seen
}

test('draining many jobs leaves turns to the event loop, and others see all of them or none', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const queue = new Queue('work', { connection: { path } })
  await queue.upsertJobScheduler('yearly', { pattern: '0 0 1 1 *' })
  await queue.addBulk(many())
  const seen = await seenDuring(path, () => queue.drain(true))
  expect(seen.length).toBeGreaterThan(2)
  expect(new Set(seen)).toEqual(new Set([MANY + 1]))
  expect(await queue.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 })
  await queue.close()
})

test('adding and removing a large flow leaves turns to the event loop, and others see all of it or nothing', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'queue.sqlite')
  const connection = { path }
  const queue = new Queue('work', { connection })
  await queue.add('first', {})
  const flows = new FlowProducer({ connection })
  const children = Array.from({ length: 20_000 }, () => ({ name: 'child', queueName: 'work' }))
  let parent: Job | undefined
  const added = await seenDuring(path, async () => {
    parent = (await flows.add({ name: 'parent', queueName: 'work', children })).job
  })
  expect(added.length).toBeGreaterThan(2)
  expect(new Set(added)).toEqual(new Set([1]))
  expect(await queue.getJobCounts('waiting', 'waiting-children')).toEqual({ waiting: 20_001, 'waiting-children': 1 })
  const removed = await seenDuring(path, async () => parent?.remove())
  expect(removed.length).toBeGreaterThan(2)
  expect(new Set(removed)).toEqual(new Set([20_002]))
  expect(await queue.getJobCounts('waiting', 'waiting-children')).toEqual({ waiting: 1, 'waiting-children': 0 })
  await flows.close()
  await queue.close()
})
