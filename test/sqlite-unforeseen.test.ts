import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend, StoreError } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

// What SQLite says that nobody has foreseen, or at a moment that nobody has.

const { Queue, Worker } = withBackend(createSqliteBackend)

async function openQueue(jobs = 0) {
  const folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  await queue.waitUntilReady()
  for (let at = 0; at < jobs; at++) await queue.add('job', { at })
  const stranger = new DatabaseSync(connection.path)
  return {
    queue,
    connection,
    stranger,
    async [Symbol.asyncDispose]() {
      if (stranger.isOpen) stranger.close()
      await queue.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test('a worker that gets an unforeseen error pauses, tells it, and goes on when it is gone', async () => {
  await using desk = await openQueue(1)
  const { queue, connection, stranger } = desk
  stranger.exec(`CREATE TRIGGER fault BEFORE UPDATE ON job BEGIN SELECT RAISE(ABORT, 'a fault of ours'); END`)
  const worker = new Worker('work', async () => 'done', { connection, runRetryDelay: 200 })
  const told: Error[] = []
  worker.on('error', (error) => told.push(error))
  let asked = 0
  const backend = worker.getBackend()
  const ask = backend.moveToActive.bind(backend)
  backend.moveToActive = (...args) => (asked++, ask(...args))
  const began = performance.now()
  await eventually(() => expect(told.length).toBeGreaterThan(2))
  expect(told[0]).toBeInstanceOf(StoreError)
  expect(told[0]).toMatchObject({ problem: 'unforeseen', message: expect.stringContaining('a fault of ours') })
  expect(asked).toBeLessThanOrEqual((performance.now() - began) / 200 + 2)
  stranger.exec('DROP TRIGGER fault')
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  await worker.close()
})

test('a mistake of a caller is not taken for a lost connection', async () => {
  await using desk = await openQueue(1)
  const failed: unknown = await desk.queue.retryJobs({ count: 0.5 }).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(Error)
  expect(failed).not.toBeInstanceOf(StoreError)
})
