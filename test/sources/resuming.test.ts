import type { Cell, Source } from '@queue-ops/server/sources/source'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, type TestDatabase } from './databases.ts'
import { readRows } from './reading.ts'

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

describe.for(Object.keys(databases))('reading on behind any row on %s', (name) => {
  let database: TestDatabase
  let source: Source
  beforeAll(async () => {
    database = (await databases[name]?.()) as TestDatabase
    source = database.source()
  })
  afterAll(() => database?.[Symbol.asyncDispose]())

  for (const [title, { columns, key, rows }] of Object.entries(keys)) {
    if (without[name]?.includes(title)) continue
    test(`gives the rest of a table whose key is ${title}`, async () => {
      await database.run('DROP TABLE IF EXISTS keyed')
      await database.run(`CREATE TABLE keyed (${columns(database.words)})`)
      const values = rows(database.words)
      await database.run(`INSERT INTO keyed VALUES ${values.map((row) => `(${row})`).join(', ')}`)
      const relation = { table: 'keyed' }
      const order = key.map((column) => ({ column, descending: false }))
      const whole = await readRows(source, { relation, order })
      expect(whole.total).toBe(values.length)
      expect(whole.rows).toHaveLength(values.length)
      for (let cut = 0; cut < whole.rows.length; cut++) {
        const after = { columns: key, values: whole.rows[cut] as Cell[] }
        const rest = await readRows(source, { relation, order, after })
        expect(rest.rows).toEqual(whole.rows.slice(cut + 1))
        expect(rest.total).toBe(values.length - cut - 1)
      }
    })
  }

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
