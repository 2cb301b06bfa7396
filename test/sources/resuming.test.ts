import type { Cell, Source } from '@queue-ops/server/sources/source'
import { duckDbFiles } from '@queue-ops/server/sources/duckdb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { awkwardKeys, type AwkwardKey } from './awkward-keys.ts'
import { databases, type TestDatabase } from './databases.ts'
import { datasetOf, goOnEverywhere } from './going-on.ts'

type Words = TestDatabase['words']

const words = ['b', 'B', 'a', 'Z', 'ä', 'z', 'A!', 'a!', '😀', '', 'é', 'e', '_', '10', '9', "'", '\\', 'ab', 'a b']

/** Keys of every kind, and the values of their columns as SQL. */
const keys: Record<string, { columns: (words: Words) => string; key: string[]; rows: (words: Words) => string[] }> = {
  'whole numbers beyond 2^53': {
    columns: () => 'k BIGINT NOT NULL PRIMARY KEY',
    key: ['k'],
    rows: () => ['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807', '-5', '0'],
  },
  'texts in an order that is not that of their bytes': {
    columns: ({ text, collate }) => `k ${text} ${collate} NOT NULL PRIMARY KEY`,
    key: ['k'],
    // In some collations these are equal.
    rows: ({ quoted }) => words.filter((word) => !['B', 'a!', 'ä', 'Z', 'é'].includes(word)).map(quoted),
  },
  texts: {
    columns: ({ text }) => `k ${text} NOT NULL PRIMARY KEY`,
    key: ['k'],
    rows: ({ quoted }) => words.map(quoted),
  },
  bytes: {
    columns: ({ binary }) => `k ${binary} NOT NULL PRIMARY KEY`,
    key: ['k'],
    rows: ({ bytes }) => ['00', 'ff', 'c328', '00ff', '', '5c', '27'].map(bytes),
  },
  decimals: {
    columns: () => 'k DECIMAL(38, 5) NOT NULL PRIMARY KEY',
    key: ['k'],
    rows: () => ['12345678901234567890.00001', '12345678901234567890.00002', '-1', '0.5', '2'].map((n) => `${n}`),
  },
  dates: {
    columns: () => 'k DATE NOT NULL PRIMARY KEY',
    key: ['k'],
    rows: () => [`'2024-02-29'`, `'1900-01-01'`, `'9999-12-31'`],
  },
  'several columns': {
    columns: ({ text, collate }) => `t ${text} ${collate} NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (t, n)`,
    key: ['t', 'n'],
    rows: ({ quoted }) => ['b', 'a', 'C'].flatMap((word) => [3, 1, 2].map((n) => `${quoted(word)}, ${n}`)),
  },
}

/** SQLite's decimals are floats. */
const without: Record<string, string[]> = { SQLite: ['decimals'] }

/** What going on behind each row of a table may come to. */
const outcomes = { always: [true], never: [false], sometimes: [true, false] }

/** What a database needs before its types are there. */
const prepared: Record<string, string[]> = {
  PostgreSQL: [
    `CREATE TYPE size AS ENUM ('small', 'medium', 'large')`,
    `CREATE TYPE pair AS (a int, b int)`,
    `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  ],
  // Dates of zeros, which older applications have.
  MariaDB: [`SET sql_mode = ''`],
}

describe.for([...Object.keys(databases), 'Parquet'])('going on behind any row on %s', (name) => {
  const isParquet = name === 'Parquet'
  let database: TestDatabase
  let source: Source
  beforeAll(async () => {
    database = (await databases[isParquet ? 'DuckDB' : name]?.()) as TestDatabase
    source = database.source()
    for (const sql of prepared[name] ?? []) await database.run(sql)
  })
  afterAll(() => database?.[Symbol.asyncDispose]())

  /** A table of rows whose key only the operator knows, or a file of them. */
  async function keyed(columns: string, rows: string[], key: string[]) {
    await database.run('DROP TABLE IF EXISTS keyed')
    await database.run(`CREATE TABLE keyed (${columns})`)
    await database.run(`INSERT INTO keyed VALUES ${rows.map((row) => `(${row})`).join(', ')}`)
    if (!isParquet) {
      // Through a query, where nothing is known of indexes.
      return datasetOf(source, { relation: { query: 'SELECT * FROM keyed' }, key })
    }
    const path = `${database.url.replace('duckdb:', '')}.parquet`
    await database.run(`COPY keyed TO '${path}'`)
    return datasetOf(duckDbFiles.open(`parquet:${path}`, '/', 'things'), { relation: { whole: true }, key })
  }

  /** Each value twice, values that are equal to each other in turn, and NULL, which no key should have. */
  const awkwardTable = ({ type, values }: AwkwardKey) => {
    const rows = [100, 0].flatMap((id) => ['NULL', ...values].map((value, at) => `${value}, ${id + at}`))
    return keyed(`k ${type}, id INTEGER`, rows, ['k', 'id'])
  }

  for (const [title, awkward] of Object.entries(awkwardKeys[name] ?? {})) {
    test(`gives the rest or starts over when a column of the key is ${title}`, async () => {
      const { rows, goesOn } = await goOnEverywhere(await awkwardTable(awkward))
      expect(rows).toHaveLength(2 * awkward.values.length + 2)
      const known = rows.flatMap(([k], at) => (k === null ? [] : [goesOn[at]]))
      expect(new Set(known)).toEqual(new Set(outcomes[awkward.goesOn ?? 'always']))
    })
  }

  test('gives the rest or starts over where rows are not unique by what is called their key', async () => {
    const dataset = await keyed('k INTEGER, id INTEGER', ['1, 1', '2, 2', '2, 3', '3, 4'], ['k'])
    const { goesOn } = await goOnEverywhere(dataset)
    expect(goesOn).toEqual([true, false, false, true])
  })

  test('starts over when the row is not there any more, or was never there', async () => {
    const dataset = await keyed('k INTEGER, id INTEGER', ['1, 1', '3, 2'], ['k'])
    const selection = await dataset.select({})
    for (const k of [0, 2, 4, 'x', null] as Cell[]) {
      expect([k, await dataset.open(selection, { key: [k], rows: 1 })]).toEqual([k, null])
    }
  })

  if (isParquet) return

  for (const [title, { columns, key, rows }] of Object.entries(keys)) {
    if (without[name]?.includes(title)) continue
    test(`gives the rest of a table whose key is ${title}`, async () => {
      await keyed(columns(database.words), rows(database.words), key)
      const found = await goOnEverywhere(datasetOf(source, { relation: { table: 'keyed' }, key }))
      expect(found.goesOn).toEqual(rows(database.words).map(() => true))
    })
  }

  test('a limit counts the rows that are there already', async () => {
    const dataset = await keyed(
      'k INTEGER, id INTEGER',
      [1, 2, 3, 4, 5].map((k) => `${k}, 0`),
      ['k'],
    )
    for (const [limit, rest] of [
      [5, [4, 5]],
      [4, [4]],
      [3, []],
    ] as const) {
      const rows = await dataset.open(await dataset.select({ limit, columns: ['k'] }), { key: [3], rows: 3 })
      const given = (await Array.fromAsync(rows?.batches() ?? [])).flat().map(([k]) => Number(k))
      await rows?.close()
      expect(given).toEqual(rest)
    }
  })

  test('the source knows the key of a table, and none of a view', async () => {
    const table = { table: 'described' }
    await database.run(`CREATE TABLE described (a BIGINT, b BIGINT NOT NULL, c BIGINT NOT NULL, PRIMARY KEY (c, b))`)
    await database.run(`CREATE VIEW seen AS SELECT * FROM described`)
    const expected: Record<string, string[] | null> = { SQLite: ['_rowid_'], DuckDB: null }
    expect((await source.describe(table)).key).toEqual(name in expected ? expected[name] : ['c', 'b'])
    expect((await source.describe({ table: 'seen' })).key).toBeNull()
  })

  test('columns that may be null, or only a part of which is unique, are no key', async () => {
    if (name === 'SQLite' || name === 'DuckDB') return
    await database.run(`CREATE TABLE loose (a BIGINT, b BIGINT NOT NULL, c BIGINT NOT NULL)`)
    await database.run(`CREATE UNIQUE INDEX loose_a ON loose (a)`)
    expect((await source.describe({ table: 'loose' })).key).toBeNull()
    await database.run(`CREATE UNIQUE INDEX loose_bc ON loose (b, c)`)
    expect((await source.describe({ table: 'loose' })).key).toEqual(['b', 'c'])
    await database.run(`CREATE UNIQUE INDEX loose_c ON loose (c)`)
    expect((await source.describe({ table: 'loose' })).key).toEqual(['c'])
  })
})
