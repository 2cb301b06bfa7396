import { duckDb } from '@queue-ops/server/sources/duckdb'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { databases } from './databases.ts'
import { readers } from './duckdb-readers.ts'

const module = import.meta.resolve('@queue-ops/server/sources/duckdb')

// Cancelling an export ends its thread wherever it is. Inside of DuckDB that would end the whole server.
test.skipIf(process.platform !== 'linux')('a thread may be ended while DuckDB works for it', async () => {
  await using database = await databases['DuckDB']?.()
  if (!database) throw new Error('there is no DuckDB')
  await database.run('CREATE TABLE things AS SELECT 1 AS i')
  for (const query of ['SELECT i FROM range(1000000000) AS n (i)', database.words.hanging]) {
    const read = { relation: { query, parameters: {} }, columns: [{ name: 'i', type: 'integer' }], timeoutMs: 600_000 }
    const program = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module).then(async ({ duckDb }) => {
        const source = duckDb.open(workerData.url, '/', 'things')
        const rows = await source.read({ ...workerData.read, tests: [], order: [], from: null, limit: null })
        parentPort.postMessage('reading')
        for await (const _ of rows.batches());
      })`
    const worker = new Worker(program, { eval: true, workerData: { module, url: database.url, read } })
    await once(worker, 'message')
    expect(readers()).toHaveLength(1)
    await worker.terminate()
    await eventually(() => expect(readers()).toEqual([]))
  }
  const source = duckDb.open(database.url, '/', 'things')
  expect((await source.describe({ table: 'things' })).columns).toHaveLength(1)
})

test('a reader that is killed is told', async () => {
  await using database = await databases['DuckDB']?.()
  if (!database) throw new Error('there is no DuckDB')
  await database.run('CREATE TABLE things AS SELECT 1 AS i')
  const source = database.source()
  const rows = await source.read({
    relation: { query: database.words.hanging, parameters: {} },
    columns: [{ name: 'i', type: 'integer' }],
    tests: [],
    order: [],
    from: null,
    limit: null,
    timeoutMs: 600_000,
  })
  const batches = rows.batches()[Symbol.asyncIterator]()
  const first = batches.next()
  first.catch(() => undefined)
  for (const pid of readers()) process.kill(Number(pid), 'SIGKILL')
  await expect(first).rejects.toMatchObject({ code: 'dataset_unreadable' })
  await rows.close()
})
