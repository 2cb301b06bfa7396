import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/program.ts'

const { Queue } = withBackend(createSqliteBackend)

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
