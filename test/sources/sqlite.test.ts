import type { Source } from '@queue-ops/server/sources/source'
import { sqlite } from '@queue-ops/server/sources/sqlite'
import { truncateSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../support/program.ts'
import { queryFor, readRows } from './reading.ts'
import { sqliteTypes } from './sqlite-types.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let path: string
let db: DatabaseSync
let source: Source
beforeEach(async () => {
  folder = await temporaryFolder()
  path = `${folder.path}/data.sqlite`
  db = new DatabaseSync(path)
  source = sqlite.open(`sqlite:${path}`, '/', 'things')
  return async () => {
    if (db.isOpen) db.close()
    await folder[Symbol.asyncDispose]()
  }
})

const things = { relation: { table: 'things' } }

for (const [declared, [type, values]] of Object.entries(sqliteTypes)) {
  test(`${declared || 'a column without a type'} comes as it is`, async () => {
    db.exec(`CREATE TABLE things (v ${declared}); INSERT INTO things VALUES (${Object.keys(values).join('), (')})`)
    expect((await source.describe(things.relation)).columns).toEqual([{ name: 'v', type, sourceType: declared }])
    expect((await readRows(source, things)).rows).toEqual(Object.values(values).map((cell) => [cell]))
  })
}

test('what a query computes keeps its type', async () => {
  db.exec(`CREATE TABLE things (id INTEGER PRIMARY KEY, ok BOOLEAN); INSERT INTO things VALUES (1, 1)`)
  const relation = {
    query: 'SELECT a.id, b.id AS other, a.ok FROM things a JOIN things b ON a.id = b.id;',
    parameters: {},
  }
  expect((await source.describe(relation)).columns.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'integer'],
    ['other', 'integer'],
    ['ok', 'boolean'],
  ])
  expect((await readRows(source, { relation })).rows).toEqual([[1, 1, true]])
})

test('a query whose columns have one name, in whatever case, is refused', async () => {
  db.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, "é" TEXT, "É" TEXT)')
  const refusal = async (query: string) => {
    const parameters = { least: 1 }
    const error = await source.describe({ query, parameters, types: { least: 'integer' } }).then(
      () => null,
      (error: Error) => error,
    )
    return error && { ...error, message: error.message }
  }
  const twins = (name: string) => ({
    code: 'dataset_broken',
    message: `Dataset "things" cannot be read: two of its columns are named "${name}": give each a name of its own with AS.`,
  })
  expect(await refusal('SELECT a.id, b.id FROM things a JOIN things b WHERE a.id > :least')).toMatchObject(twins('id'))
  expect(await refusal('SELECT 1 AS a, 2 AS b, :least AS A -- all')).toMatchObject(twins('A'))
  expect(await refusal('SELECT *, 5 AS ID FROM things')).toMatchObject(twins('ID'))
  expect(await refusal('SELECT * FROM things')).toBeNull()
})

test('a file that somebody writes to is waited for, with the event loop going on, and not for ever', async () => {
  db.exec(`CREATE TABLE things (i INTEGER); INSERT INTO things VALUES (1); BEGIN EXCLUSIVE`)
  const columns = [{ name: 'i', type: 'integer' as const }]
  const locked = { code: 'dataset_unreadable', message: expect.stringContaining('locked by another program') as string }
  await expect(source.describe(things.relation)).rejects.toMatchObject(locked)
  await expect(source.read(await queryFor(source, { ...things, columns, timeoutMs: 200 }))).rejects.toMatchObject(
    locked,
  )

  const read = readRows(source, { ...things, columns })
  // Would never be reached if waiting held the event loop.
  await nextTurn()
  db.exec('COMMIT')
  expect((await read).rows).toEqual([[1]])
})

test('a file that is cut off while it is read fails', async () => {
  db.exec(`CREATE TABLE things (i INTEGER, t TEXT);
    INSERT INTO things WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    SELECT i, printf('%0500d', i) FROM n`)
  db.close()
  const rows = await source.read(await queryFor(source, things))
  try {
    const batches = rows.batches()[Symbol.asyncIterator]()
    await batches.next()
    truncateSync(path, 1 << 20)
    const rest = (async () => {
      for (let next = await batches.next(); !next.done; next = await batches.next());
    })()
    await expect(rest).rejects.toMatchObject({ name: 'OpsError', message: expect.not.stringContaining(path) as string })
  } finally {
    await rows.close()
  }
})

test('a text that is too long for JavaScript is told as such, in a table and in a query', async () => {
  db.exec(`CREATE TABLE things (i INTEGER); INSERT INTO things VALUES (1);
    ALTER TABLE things ADD COLUMN t AS (hex(zeroblob(268435445)))`)
  const tooLarge = { code: 'dataset_broken', message: expect.stringMatching(/values is larger than can be exported/) }
  await expect(readRows(source, things)).rejects.toMatchObject(tooLarge)
  const relation = { query: 'SELECT t FROM things', parameters: {} }
  await expect(readRows(source, { relation })).rejects.toMatchObject(tooLarge)
  expect((await readRows(source, { ...things, columns: [{ name: 'i', type: 'integer' }] })).rows).toEqual([[1]])
})

test('a count that would take long is not waited for', async () => {
  db.exec(`CREATE TABLE things (i INTEGER);
    INSERT INTO things WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000002) SELECT i FROM n`)
  const [column] = (await source.describe(things.relation)).columns
  if (!column) throw new Error('there is no column')
  const total = async (wanted: object) => {
    const rows = await source.read(await queryFor(source, { ...things, ...wanted }))
    await rows.close()
    return rows.total
  }
  expect(await total({})).toBeNull()
  expect(await total({ limit: 5 })).toBe(5)
  expect(await total({ tests: [{ column, operator: 'lte', values: [1_000_000] }] })).toBe(1_000_000)
})
