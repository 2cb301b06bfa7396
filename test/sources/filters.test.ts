import type { Bindable, RowQuery, Source, TestOperator } from '@queue-ops/server/sources/source'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, type TestDatabase } from './databases.ts'
import { columnOf, queryFor, readRows } from './reading.ts'

const texts = [
  'plain',
  'Plain',
  '100%',
  'a_b',
  'back\\slash',
  `x' OR '1'='1`,
  `"; DROP TABLE things; --`,
  '😀 émoji',
  '',
  null,
  'trailing ',
  '$1 :name ? {x}',
  `\\' OR 1=1 -- `,
]
const LARGE = 9_007_199_254_740_993n

type Case = [title: string, column: string, operator: TestOperator, values: Bindable[], ids: number[]]
const ids = (...wanted: (string | null)[]) => wanted.map((text) => texts.indexOf(text) + 1)
const all = texts.map((_, at) => at + 1)
const except = (...wanted: number[]) => all.filter((id) => !wanted.includes(id))
const nulls = ids(null)

const cases: Case[] = [
  ...texts.flatMap((text, at): Case[] => (text === null ? [] : [[`equal to ${text}`, 't', 'eq', [text], [at + 1]]])),
  ['not equal', 't', 'ne', ['plain'], except(1, ...nulls)],
  ['in a list', 't', 'in', ['plain', `x' OR '1'='1`, '😀 émoji', 'none'], ids('plain', `x' OR '1'='1`, '😀 émoji')],
  ['not in a list', 't', 'not_in', ['plain', ''], except(1, ...ids(''), ...nulls)],
  ['contains %', 't', 'contains', ['%'], ids('100%')],
  ['contains _', 't', 'contains', ['_'], ids('a_b')],
  ['contains a backslash', 't', 'contains', ['\\'], ids('back\\slash', `\\' OR 1=1 -- `)],
  ['contains a quote', 't', 'contains', [`' OR `], ids(`x' OR '1'='1`, `\\' OR 1=1 -- `)],
  ['contains what is outside of the basic plane', 't', 'contains', ['😀'], ids('😀 émoji')],
  ['begins with', 't', 'prefix', ['pl'], ids('plain')],
  ['begins with a wild card', 't', 'prefix', ['%'], []],
  ['begins with a space at its end', 't', 'prefix', ['trailing '], ids('trailing ')],
  ['begins with more than there is', 't', 'prefix', ['plain '], []],
  ['null', 't', 'is_null', [], nulls],
  ['not null', 't', 'not_null', [], except(...nulls)],
  ['a large integer, exactly', 'big', 'eq', [String(LARGE)], [1]],
  ['a large integer as bigint', 'big', 'eq', [LARGE], [1]],
  ['another large integer', 'big', 'eq', [String(LARGE - 1n)], [2]],
  ['integers above', 'big', 'gt', [String(LARGE - 1n)], [1]],
  ['integers in a list', 'id', 'in', [1, '3', 5], [1, 3, 5]],
  ['integers beyond all', 'id', 'lt', ['9223372036854775807'], all],
  ['integers between', 'id', 'lte', [2.5], [1, 2]],
  ['exact decimals', 'dec', 'eq', ['123456789012345.00001'], [1]],
  ['decimals above', 'dec', 'gt', ['123456789012345'], [1]],
  ['decimals as numbers', 'dec', 'eq', [0.5], [3]],
  ['dates from', 'day', 'gte', ['2024-02-29'], except(1)],
  ['dates before', 'day', 'lt', ['2024-02-29'], [1]],
  ['instants in another zone', 'moment', 'eq', ['2024-05-06T09:08:01.000001+02:00'], [1]],
  ['instants up to', 'moment', 'lte', ['2024-05-06T07:08:03.000001Z'], [1, 2, 3]],
  ['true', 'flag', 'eq', [true], all.filter((id) => id % 2 === 1)],
  ['not true', 'flag', 'ne', [true], all.filter((id) => id % 2 === 0)],
]

/** SQLite has neither decimals nor instants: its texts and floats are compared as what they are. */
const unknownTo: Record<string, string[]> = { SQLite: ['dec', 'moment'] }

describe.for(Object.keys(databases))('filters on %s', (name) => {
  let database: TestDatabase
  let source: Source
  beforeAll(async () => {
    database = (await databases[name]?.()) as TestDatabase
    const { words } = database
    await database.run(
      `CREATE TABLE things (
      id INTEGER NOT NULL PRIMARY KEY, t ${words.text}, big BIGINT, dec DECIMAL(25,5), day DATE,
      moment ${words.timestamp}, flag BOOLEAN, bytes ${words.binary})`.replaceAll(
        ' dec ',
        name === 'MariaDB' ? ' `dec` ' : ' dec ',
      ),
    )
    const rows = texts.map((text, at) => {
      const n = at + 1
      const dec = ['123456789012345.00001', '123456789012345', '0.5'][at] ?? '-1'
      const big = [LARGE, LARGE - 1n][at] ?? -n
      const second = String(n).padStart(2, '0')
      return `(${n}, ${text === null ? 'NULL' : words.quoted(text)}, ${big}, ${dec}, '${at === 0 ? '2023-12-31' : '2024-02-29'}',
        '2024-05-06 07:08:${second}.000001${name === 'MariaDB' ? '' : '+00'}', ${n % 2 === 1}, ${words.bytes('00ff')})`
    })
    await database.run(`INSERT INTO things VALUES ${rows.join(', ')}`)
    source = database.source()
  })
  afterAll(() => database?.[Symbol.asyncDispose]())

  const relation = { table: 'things' }
  const read = async (wanted: Partial<RowQuery>) => {
    const columns = [columnOf(await source.describe(relation), 'id')]
    const order = [{ column: 'id', descending: false }]
    const { rows, total } = await readRows(source, { relation, columns, order, ...wanted })
    return { ids: rows.map(([id]) => id), total }
  }

  for (const [title, column, operator, values, expected] of cases) {
    if (unknownTo[name]?.includes(column)) continue
    test(`${title}`, async () => {
      const tests = [{ column: columnOf(await source.describe(relation), column), operator, values }]
      expect(await read({ tests })).toEqual({ ids: expected, total: expected.length })
    })
  }

  test('several tests must all hold', async () => {
    const description = await source.describe(relation)
    const tests: RowQuery['tests'] = [
      { column: columnOf(description, 'id'), operator: 'gt', values: [2] },
      { column: columnOf(description, 'id'), operator: 'lte', values: [5] },
      { column: columnOf(description, 't'), operator: 'ne', values: ['a_b'] },
    ]
    expect((await read({ tests })).ids).toEqual([3, 5])
  })

  test('rows come in the order that is asked for, as many as are asked for', async () => {
    const order = [
      { column: 'flag', descending: true },
      { column: 'id', descending: true },
    ]
    expect(await read({ order, limit: 3 })).toEqual({ ids: [13, 11, 9], total: 3 })
  })

  test('a query takes its parameters as values, wherever they stand', async () => {
    // PostgreSQL wants to be told what a parameter is that is compared with nothing.
    const optional = name === 'PostgreSQL' ? 'CAST(:wanted AS text)' : ':wanted'
    const query = `
      SELECT id, t AS "name", ':not' AS lit -- :neither
      FROM things WHERE (${optional} IS NULL OR t = :wanted) AND id < :most /* :nor */;`.replaceAll(
      '"',
      name === 'MariaDB' ? '`' : '"',
    )
    const parameters = { wanted: `x' OR '1'='1`, most: 100 }
    expect(
      (await source.describe({ query, parameters: { wanted: null, most: null } })).columns.map(({ name }) => name),
    ).toEqual(['id', 'name', 'lit'])
    const types = { wanted: 'text', most: 'integer' } as const
    const { rows, total } = await readRows(source, { relation: { query, parameters, types } })
    expect(rows).toEqual([[6, `x' OR '1'='1`, ':not']])
    expect(total).toBeNull()
  })

  test('a value that is none of its column is the fault of who gave it', async () => {
    if (name === 'SQLite' || name === 'MariaDB') return
    const tests = [
      { column: columnOf(await source.describe(relation), 'day'), operator: 'gt' as const, values: ['soon'] },
    ]
    const wrong = async () => {
      const rows = await source.read(await queryFor(source, { relation, tests }))
      try {
        await Array.fromAsync(rows.batches())
      } finally {
        await rows.close()
      }
    }
    await expect(wrong()).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
