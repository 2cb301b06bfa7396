import { DuckDBInstance } from '@duckdb/node-api'
import { duckDb, duckDbFiles } from '@queue-ops/server/sources/duckdb'
import type { SourceKind } from '@queue-ops/server/sources/source'
import { cpSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/program.ts'
import { readers, residentMb } from '../support/readers.ts'
import { datasetOf } from './going-on.ts'
import { queryFor, readRows } from './reading.ts'
import { duckDbTypes } from './duckdb-types.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => (folder = await temporaryFolder()))
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs SQL in a database file and gives what the last statement gives. */
async function run(file: string, ...statements: string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    let rows: unknown[][] = []
    for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRows()
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

for (const [declared, [type, values]] of Object.entries(duckDbTypes)) {
  test(`${declared} comes as it is`, async () => {
    const file = `${folder.path}/${Math.random()}.duckdb`
    const rows = Object.keys(values).map((value, at) => `(${at}, ${value})`)
    const texts = await run(
      file,
      `CREATE TABLE awkward (id INTEGER, v ${declared})`,
      `INSERT INTO awkward VALUES ${rows.join(', ')}`,
      'INSERT INTO awkward VALUES (99, NULL)',
      'SELECT v::VARCHAR FROM awkward ORDER BY id',
    )
    const source = duckDb.open(`duckdb:${file}`, '/', 'awkward')
    const relation = { table: 'awkward' }
    const { columns } = await source.describe(relation)
    expect(columns[1]).toMatchObject({ name: 'v', type })
    const { rows: read, total } = await readRows(source, { relation, order: [{ column: 'id', descending: false }] })
    expect(read.map(([, cell]) => cell)).toEqual([
      ...Object.values(values).map((cell, at) => cell ?? texts[at]?.[0]),
      null,
    ])
    expect(total).toBe(rows.length + 1)
  })
}

for (const [declared, type, values] of [
  ['TIME_NS', 'time', ['01:02:03.123456788', '01:02:03.123456789']],
  ['TIMESTAMP_NS', 'datetime', ['2024-05-06T07:08:09.123456788', '2024-05-06T07:08:09.123456789']],
] as const) {
  test(`a filter of ${declared} tells nanoseconds from each other`, async () => {
    const file = `${folder.path}/${declared}.duckdb`
    const rows = values.map((value) => `('${value}')`).join(', ')
    await run(file, `CREATE TABLE fine (v ${declared})`, `INSERT INTO fine VALUES ${rows}`)
    const source = duckDb.open(`duckdb:${file}`, '/', 'fine')
    const found = async (operator: 'eq' | 'gt', value: string) => {
      const tests = [{ column: { name: 'v', type }, operator, values: [value] }]
      return (await readRows(source, { relation: { table: 'fine' }, tests })).rows.flat()
    }
    for (const value of values) expect(await found('eq', value)).toEqual([value])
    expect(await found('gt', values[0])).toEqual([values[1]])
  })
}

test('a filter finds integers of more than 64 bits', async () => {
  const file = `${folder.path}/large.duckdb`
  const large = { UBIGINT: 2n ** 64n - 1n, HUGEINT: -(2n ** 127n), UHUGEINT: 2n ** 128n - 1n }
  const columns = Object.entries(large).map(([type, value]) => `'${value}'::${type} AS ${type}`)
  await run(file, `CREATE TABLE large AS SELECT ${columns.join(', ')}`)
  const dataset = datasetOf(duckDb.open(`duckdb:${file}`, '/', 'large'), { relation: { table: 'large' }, key: null })
  for (const [type, value] of Object.entries(large)) {
    const filters = { [type]: { eq: String(value) } }
    const rows = await dataset.open(await dataset.select({ filters, columns: [type] }), null)
    expect(await Array.fromAsync(rows.batches())).toEqual([[[value]]])
    await rows.close()
    const beyond = { [type]: { eq: String(value + (value > 0n ? 1n : -1n)) } }
    await expect(dataset.select({ filters: beyond })).rejects.toThrow(/needs a whole number from /)
  }
})

test('all rows of several Parquet files come, with their types', async () => {
  await run(
    ':memory:',
    `COPY (SELECT i AS id, 'a' || i AS t, DATE '2024-01-01' + i::INT AS d FROM range(3) r(i)) TO '${folder.path}/part-1.parquet'`,
    `COPY (SELECT i AS id, 'b' || i AS t, NULL::DATE AS d FROM range(3, 5) r(i)) TO '${folder.path}/part-2.parquet'`,
  )
  const source = duckDbFiles.open('parquet:./part-*.parquet', folder.path, 'parts')
  expect((await source.describe({ whole: true })).columns.map(({ type }) => type)).toEqual(['integer', 'text', 'date'])
  expect(await readRows(source, { relation: { whole: true } })).toEqual({
    total: 5,
    rows: [
      [0, 'a0', '2024-01-01'],
      [1, 'a1', '2024-01-02'],
      [2, 'a2', '2024-01-03'],
      [3, 'b3', null],
      [4, 'b4', null],
    ],
  })
})

test('cells of CSV files are the texts that stand there', async () => {
  const text = 'zip;price;"a ""b"""\n007;1.50;""\n"1;2";;"x\ny"\n'
  await writeFile(`${folder.path}/shop.csv`, text)
  const source = duckDbFiles.open('csv:shop.csv?delimiter=;', folder.path, 'shop')
  expect((await source.describe({ whole: true })).columns.map(({ name }) => name)).toEqual(['zip', 'price', 'a "b"'])
  expect((await readRows(source, { relation: { whole: true } })).rows).toEqual([
    ['007', '1.50', ''],
    ['1;2', null, 'x\ny'],
  ])
})

test('JSON files are read to their end for columns; queries call the files by that name', async () => {
  const lines = Array.from({ length: 30_000 }, (_, at) =>
    JSON.stringify(at < 29_999 ? { n: at } : { n: at, late: 'x' }),
  )
  await writeFile(`${folder.path}/lines.ndjson`, lines.join('\n'))
  const source = duckDbFiles.open('json:lines.ndjson', folder.path, 'lines')
  const query = 'SELECT n, late FROM files WHERE n >= CAST(:from AS BIGINT) -- the last ones'
  expect((await readRows(source, { relation: { query, parameters: { from: '29998' } } })).rows).toEqual([
    [29_998, null],
    [29_999, 'x'],
  ])
})

test('a query reaches neither other files nor the network nor settings', async () => {
  await writeFile(`${folder.path}/mine.csv`, 'a\n1\n')
  await writeFile(`${folder.path}/other.csv`, 'a\n2\n')
  const source = duckDbFiles.open('csv:mine.csv', folder.path, 'mine')
  for (const query of [
    `SELECT * FROM read_csv('${folder.path}/other.csv')`,
    `SELECT * FROM '${folder.path}/other.csv'`,
    `SELECT * FROM read_text('/etc/hostname')`,
    `SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')`,
    `SELECT * FROM glob('/etc/*')`,
  ]) {
    await expect(source.describe({ query, parameters: {} })).rejects.toMatchObject({ code: 'dataset_broken' })
  }
})

test('files that are missing may come, files of another kind are broken, and none are told by their place', async () => {
  const open = (url: string) => duckDbFiles.open(url, folder.path, 'files').describe({ whole: true })
  const told = (code: string, reason: string) => ({ code, message: `Dataset "files" cannot be read: ${reason}.` })
  await expect(open('parquet:nothing-*.parquet')).rejects.toMatchObject(
    told('dataset_unreadable', 'its files are missing'),
  )
  await writeFile(`${folder.path}/wrong.parquet`, 'PAR1 this is none PAR1')
  await expect(open('parquet:wrong.parquet')).rejects.toMatchObject(
    told('dataset_broken', 'its files are damaged or hold no Parquet'),
  )
  await writeFile(`${folder.path}/wrong.duckdb`, 'this is none '.repeat(1000))
  await expect(duckDb.open('duckdb:wrong.duckdb', folder.path, 'files').describe({ table: 't' })).rejects.toMatchObject(
    told('dataset_broken', 'its file is not a DuckDB database'),
  )
  await expect(duckDb.open('duckdb:no.duckdb', folder.path, 'files').describe({ table: 't' })).rejects.toMatchObject(
    told('dataset_unreadable', 'its database file is missing'),
  )
})

test('a database that somebody has open for writing may be free later', async () => {
  const file = `${folder.path}/busy.duckdb`
  await run(file, 'CREATE TABLE t (i INTEGER)')
  const instance = await DuckDBInstance.create(file)
  try {
    await expect(duckDb.open(`duckdb:${file}`, '/', 'busy').describe({ table: 't' })).rejects.toMatchObject({
      code: 'dataset_unreadable',
      message: 'Dataset "busy" cannot be read: its database file is in use by another program.',
    })
  } finally {
    instance.closeSync()
  }
  expect((await duckDb.open(`duckdb:${file}`, '/', 'busy').describe({ table: 't' })).columns).toHaveLength(1)
})

test.skipIf(process.platform !== 'linux')('millions of rows stay in the memory of nobody', async () => {
  await run(
    ':memory:',
    `COPY (SELECT i, repeat('x', 300) || i AS t FROM range(3000000) r(i)) TO '${folder.path}/long.parquet'`,
  )
  const source = duckDbFiles.open('parquet:long.parquet', folder.path, 'long')
  const rows = await source.read(await queryFor(source, { relation: { whole: true } }))
  let count = 0
  let most = 0
  try {
    for await (const batch of rows.batches()) {
      count += batch.length
      if (count % 100_000 < batch.length) most = Math.max(most, ...readers().map(residentMb))
    }
  } finally {
    await rows.close()
  }
  expect(count).toBe(3_000_000)
  expect(most).toBeGreaterThan(10)
  expect(most).toBeLessThan(550)
})

test('more rows than memory are put in order on the disk', async () => {
  await run(
    ':memory:',
    `COPY (SELECT i, md5(i::VARCHAR) || repeat('x', 300) AS t FROM range(1000000) r(i)) TO '${folder.path}/large.parquet'`,
  )
  const source = duckDbFiles.open('parquet:large.parquet', folder.path, 'large')
  const order = [{ column: 't', descending: false }]
  const rows = await source.read(await queryFor(source, { relation: { whole: true }, order }))
  let count = 0
  let last = ''
  let sorted = true
  try {
    for await (const batch of rows.batches()) {
      for (const [, text] of batch) {
        sorted &&= String(text) >= last
        last = String(text)
      }
      count += batch.length
    }
  } finally {
    await rows.close()
  }
  expect({ count, sorted }).toEqual({ count: 1_000_000, sorted: true })
})

test('without the package one sentence says what to install', async () => {
  const server = fileURLToPath(new URL('../../', import.meta.resolve('@queue-ops/server/sources/duckdb')))
  const copy = `${folder.path}/server`
  cpSync(server, copy, { recursive: true })
  await writeFile(`${copy}/package.json`, '{ "type": "module" }')
  const { duckDbFiles: alone } = (await import(`${copy}/exports/sources/duckdb.js`)) as { duckDbFiles: SourceKind }
  await writeFile(`${folder.path}/one.csv`, 'a\n1\n')
  await expect(alone.open('csv:one.csv', folder.path, 'one').describe({ whole: true })).rejects.toMatchObject({
    code: 'dataset_broken',
    message: expect.stringMatching(/the package @duckdb\/node-api: .*npm install @duckdb\/node-api/) as string,
  })
})
