import type { RowQuery } from '@queue-ops/server/sources/source'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { readers } from '../support/readers.ts'
import { databases } from './databases.ts'
import { readRows } from './reading.ts'

/** Sources that are read in a process of their own: the module, what it exports, and a query that gives row after row. */
const kinds: [name: string, module: string, kind: string, endless: string][] = [
  ['DuckDB', 'duckdb', 'duckDb', 'SELECT i FROM range(1000000000) AS n (i)'],
  ['SQLite', 'sqlite', 'sqlite', 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'],
]

const wanted = (query: string): RowQuery => ({
  relation: { query, parameters: {} },
  columns: [{ name: 'i', type: 'integer' }],
  tests: [],
  order: [],
  from: null,
  limit: null,
  timeoutMs: 600_000,
})

// Cancelling an export ends its thread wherever it is. Native code is not ended by that, or ends the whole server.
test.skipIf(process.platform !== 'linux').for(kinds)(
  'a thread may be ended while %s works for it, which ends the work too',
  async ([name, module, kind, endless]) => {
    await using database = await databases[name]?.()
    if (!database) throw new Error(`there is no ${name}`)
    await database.run('CREATE TABLE things AS SELECT 1 AS i')
    for (const query of [endless, database.words.hanging]) {
      const program = `
        const { parentPort, workerData } = require('node:worker_threads')
        import(workerData.module).then(async (module) => {
          const source = module[workerData.kind].open(workerData.url, '/', 'things')
          const rows = await source.read(workerData.wanted)
          parentPort.postMessage('reading')
          for await (const _ of rows.batches());
        })`
      const workerData = {
        module: import.meta.resolve(`@queue-ops/server/sources/${module}`),
        kind,
        url: database.url,
        wanted: wanted(query),
      }
      const worker = new Worker(program, { eval: true, workerData })
      await once(worker, 'message')
      expect(readers()).toHaveLength(1)
      await worker.terminate()
      await eventually(() => expect(readers()).toEqual([]))
    }
    expect((await database.source().describe({ table: 'things' })).columns).toHaveLength(1)
  },
)

test.for(kinds)('a reader of %s that is killed is told', async ([name]) => {
  await using database = await databases[name]?.()
  if (!database) throw new Error(`there is no ${name}`)
  await database.run('CREATE TABLE things AS SELECT 1 AS i')
  const rows = await database.source().read(wanted(database.words.hanging))
  const first = rows.batches()[Symbol.asyncIterator]().next()
  first.catch(() => undefined)
  for (const pid of readers()) process.kill(Number(pid), 'SIGKILL')
  await expect(first).rejects.toMatchObject({ code: 'dataset_unreadable' })
  await rows.close()
})

test.skipIf(process.platform !== 'linux')('only what SQLite may compute for long is read in a process', async () => {
  await using database = await databases['SQLite']?.()
  if (!database) throw new Error('there is no SQLite')
  await database.run(`
    CREATE TABLE things (i INTEGER PRIMARY KEY, t TEXT, u TEXT);
    CREATE INDEX by_t ON things (t);
    CREATE VIEW seen AS SELECT i, t, u FROM things;
    INSERT INTO things VALUES (1, 'b', 'x'), (2, 'a', 'y'), (3, 'c', 'x')`)
  const source = database.source()
  const order = (column: string, descending = false) => ({ order: [{ column, descending }] })
  const contains = (part: string) => ({
    tests: [{ column: { name: 'u', type: 'text' as const }, operator: 'contains' as const, values: [part] }],
  })
  const isInProcess = async (wanted: Partial<RowQuery>, table = 'things') => {
    const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
    const base = { columns, tests: [], order: [], from: null, limit: null, timeoutMs: 60_000 }
    const rows = await source.read({ ...base, relation: { table }, ...wanted })
    const there = readers().length
    await rows.close()
    expect(readers()).toEqual([])
    return there === 1
  }
  expect(await isInProcess({})).toBe(false)
  expect(await isInProcess(order('i'))).toBe(false)
  expect(await isInProcess(order('i', true))).toBe(false)
  expect(await isInProcess(order('t'))).toBe(false)
  expect(await isInProcess(contains('x'))).toBe(false)
  expect(await isInProcess({ ...order('i'), from: { columns: ['i'], values: [1], mayBeNull: false } })).toBe(false)

  expect(await isInProcess(order('u'))).toBe(true)
  expect(await isInProcess({ ...contains('x'), ...order('u') })).toBe(true)
  expect(await isInProcess(contains('x'.repeat(1001)))).toBe(true)
  expect(await isInProcess({}, 'seen')).toBe(true)
  expect(await isInProcess({ relation: { query: 'SELECT i FROM things', parameters: {} } })).toBe(true)

  const { rows, total } = await readRows(source, { relation: { table: 'things' }, ...contains('x'), ...order('u') })
  expect({ rows, total }).toEqual({
    rows: [
      [1, 'b', 'x'],
      [3, 'c', 'x'],
    ],
    total: 2,
  })
})

test('rows of a view come one by one when the next one is far away, and a thousand rows keep their order', async () => {
  await using database = await databases['SQLite']?.()
  if (!database) throw new Error('there is no SQLite')
  const source = database.source()
  // The second row never comes.
  const far = `SELECT 1 AS i UNION ALL SELECT * FROM (${database.words.hanging})`
  const rows = await source.read(wanted(far))
  const batches = rows.batches()[Symbol.asyncIterator]()
  expect((await batches.next()).value).toEqual([[1]])
  await rows.close()
  const many = await readRows(source, { relation: { query: database.words.numbers(1234), parameters: {} } })
  expect(many.rows).toEqual(Array.from({ length: 1234 }, (_, at) => [at + 1]))
})
