import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

const { Queue, Worker } = withBackend(createSqliteBackend)

test('a queue that counts waiting jobs which it does not have goes on with those that it has, and counts right', async () => {
  await using folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const queue = new Queue('work', { connection })
  await queue.add('prioritized', {}, { priority: 5 })
  const db = new DatabaseSync(connection.path)
  db.exec('UPDATE queue SET waiting = 3')
  db.close()
  const worker = new Worker('work', async () => 'done', { connection, drainDelay: 1 })
  const asked = countAsking(worker)
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  await eventually(async () => expect(await queue.getWaitingCount()).toBe(0))
  expect(asked()).toBeLessThan(10)
  await worker.close()
  await queue.close()
})

function countAsking(worker: Pick<InstanceType<typeof Worker>, 'getBackend'>): () => number {
  const backend = worker.getBackend()
  const ask = backend.moveToActive.bind(backend)
  let count = 0
  backend.moveToActive = (...args) => (count++, ask(...args))
  return () => count
}
