import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCatalogue } from './catalogue.ts'
import { readDatasets } from './datasets-file.ts'
import { createDataset, type Dataset } from './dataset.ts'
import type { Cell } from '../sources/source.ts'
import { sqlite } from '../sources/sqlite.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function datasets(text: string): Dataset[] {
  const { definitions, mistakes } = readDatasets({ path: join(folder, 'datasets.yaml'), text, variables: {} }, [sqlite])
  expect(mistakes).toEqual([])
  return definitions.map((definition) =>
    createDataset(definition, { withinMs: definition.timeoutMs, freshMs: 0, failedMs: 0 }),
  )
}

const things = (table = 'things') =>
  createCatalogue(datasets(`datasets: [{ name: things, source: sqlite:things.sqlite, table: '${table}' }]`)).pick(
    'things',
  )

function database(sql: string) {
  const db = new DatabaseSync(join(folder, 'things.sqlite'))
  db.exec(sql)
  db.close()
}

async function rowsOf(filters = {}, table?: string): Promise<Cell[][]> {
  const dataset = things(table)
  const rows = await dataset.open(await dataset.select({ filters }), null)
  try {
    // A key that is no column stands behind the columns.
    const cells = (await Array.fromAsync(rows.batches())).flat()
    return cells.map((row) => row.slice(0, rows.columns.length))
  } finally {
    await rows.close()
  }
}

test('the only dataset needs no name, several do', () => {
  const two = datasets(
    `datasets:\n- {name: a, source: sqlite:a.db, table: t}\n- {name: b, source: sqlite:b.db, table: t}`,
  )
  expect(createCatalogue(two.slice(0, 1)).pick(undefined).name).toBe('a')
  expect(() => createCatalogue(two).pick(undefined)).toThrow('Say which dataset to export; the datasets are: a, b.')
  expect(() => createCatalogue(two).pick('c')).toThrow('There is no dataset "c"; the datasets are: a, b.')
})

test('integers keep their digits, NULL, texts and binary their kind', async () => {
  database(
    `CREATE TABLE things (a, b); INSERT INTO things VALUES (9223372036854775807, 7), (NULL, 'x'), (1.5, x'0102')`,
  )
  expect(await rowsOf()).toEqual([
    [9223372036854775807n, 7],
    [null, 'x'],
    [1.5, new Uint8Array([1, 2])],
  ])
})

test('filters compare by value, null asks for NULL, true and false for 1 and 0', async () => {
  database(`CREATE TABLE things (a INTEGER, b TEXT); INSERT INTO things VALUES (1, 'x'), (1, NULL), (0, 'x''y')`)
  expect(await rowsOf({ a: 1, b: null })).toEqual([[1, null]])
  expect(await rowsOf({ a: true })).toHaveLength(2)
  expect(await rowsOf({ b: `x'y` })).toEqual([[0, `x'y`]])
})

test('a table and a column with quotes in their names are read as they are', async () => {
  database(`CREATE TABLE "a ""b""" ("c ""d""" TEXT); INSERT INTO "a ""b""" VALUES ('x')`)
  expect(await rowsOf({ 'c "d"': 'x' }, 'a "b"')).toEqual([['x']])
})

test('more rows than one batch come in their order', async () => {
  database(
    `CREATE TABLE things (a); INSERT INTO things WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234) SELECT i FROM n`,
  )
  expect((await rowsOf()).map(([a]) => a)).toEqual(Array.from({ length: 1234 }, (_, at) => at + 1))
})

test('a filter on a column that is not there names those that are', async () => {
  database(`CREATE TABLE things (a, b)`)
  const dataset = things()
  await expect(dataset.select({ filters: { c: 1, d: 2 } })).rejects.toThrow(
    'Dataset "things" has no column "c", "d"; its columns are: a, b.',
  )
})

test('a source that cannot be read says why and nothing of where it lies', async () => {
  const dataset = things()
  await expect(dataset.columns()).rejects.toThrow(
    'Dataset "things" cannot be read: its database file is missing or not readable.',
  )
  writeFileSync(
    join(folder, 'things.sqlite'),
    'this is no database, this is a text of more than a hundred bytes '.repeat(4),
  )
  await expect(dataset.columns()).rejects.toThrow('Dataset "things" cannot be read: its file is not a SQLite database.')
  rmSync(join(folder, 'things.sqlite'))
  database('CREATE TABLE others (a)')
  await expect(dataset.select({})).rejects.toThrow(
    'cannot be read: there is no table or view "things" in its database.',
  )
})

test('a whole number in a filter is equal to the same text and the same integer', async () => {
  database(`CREATE TABLE things (t TEXT, n INTEGER, r REAL); INSERT INTO things VALUES ('11', 11, 11), ('1', 1, 1.5)`)
  expect(await rowsOf({ t: 11 })).toHaveLength(1)
  expect(await rowsOf({ n: 11, r: 11 })).toHaveLength(1)
  expect(await rowsOf({ r: 1.5 })).toHaveLength(1)
  expect(await rowsOf({ t: true })).toHaveLength(1)
})

test('numbers beyond 64 bits in a filter are compared as what they are', async () => {
  database(`CREATE TABLE things (r REAL, u UNSIGNED BIG INT);
    INSERT INTO things VALUES (1.5, 1), (1e19, 18446744073709551615), (1e305, 9223372036854775807)`)
  const reals = async (filters: object) => (await rowsOf(filters)).map(([r]) => r)
  expect(await reals({ r: { lt: 1e300 } })).toEqual([1.5, 1e19])
  expect(await reals({ r: { gt: 1e19 } })).toEqual([1e305])
  expect(await reals({ r: 1e19 })).toEqual([1e19])
  expect(await reals({ r: { gt: -1e300 } })).toHaveLength(3)
  expect(await reals({ u: '18446744073709551615' })).toEqual([1e19])
  expect(await reals({ u: '9223372036854775807' })).toEqual([1e305])
})

test('generated columns are columns', async () => {
  database(
    `CREATE TABLE things (a INTEGER, b AS (a * 2) VIRTUAL, c AS (a + 1) STORED); INSERT INTO things (a) VALUES (1)`,
  )
  expect(await rowsOf()).toEqual([[1, 2, 2]])
})

test('a table of as many columns as SQLite allows is read whole: without a key, since there is no room for it', async () => {
  const names = Array.from({ length: 2000 }, (_, at) => `c${at}`)
  database(`CREATE TABLE things (${names.join(', ')}); INSERT INTO things VALUES (${[...names.keys()].join(', ')});
    CREATE TABLE narrower (${names.slice(1).join(', ')})`)
  expect(await things().select({})).toMatchObject({ key: null, behind: [] })
  expect(await rowsOf()).toEqual([[...names.keys()]])
  expect(await things('narrower').select({})).toMatchObject({ key: ['_rowid_'] })
  expect(await rowsOf({}, 'narrower')).toEqual([])
})

test('rows are counted beforehand where that is cheap: in tables, not in views', async () => {
  database(`CREATE TABLE things (a); INSERT INTO things VALUES (1), (2); CREATE VIEW seen AS SELECT * FROM things`)
  const total = async (table?: string) => {
    const dataset = things(table)
    const rows = await dataset.open(await dataset.select({}), null)
    await rows.close()
    return rows.total
  }
  expect(await total()).toBe(2)
  expect(await total('seen')).toBeNull()
})
