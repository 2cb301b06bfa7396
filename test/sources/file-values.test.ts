import { DuckDBInstance } from '@duckdb/node-api'
import { duckDbFiles } from '@queue-ops/server/sources/duckdb'
import { utimesSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/program.ts'
import { twoAttempts } from './going-on.ts'
import { queryFor, readRows } from './reading.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => (folder = await temporaryFolder()))
afterAll(() => folder[Symbol.asyncDispose]())

const whole = { relation: { whole: true as const } }

const write = (name: string, content: string | Uint8Array) => writeFile(`${folder.path}/${name}`, content)

const open = (url: string) => duckDbFiles.open(url, folder.path, 'files')

const rowsOf = async (url: string) => (await readRows(open(url), whole)).rows

const namesOf = async (url: string) => (await open(url).describe(whole.relation)).columns.map(({ name }) => name)

const refused = (why: RegExp) => ({ code: 'dataset_broken', message: expect.stringMatching(why) as string })

/** Writes Parquet files. */
async function run(...statements: string[]) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    for (const statement of statements) await connection.run(statement)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** How many rows come before reading fails, and with what it does. */
async function failedReading(url: string) {
  const source = open(url)
  const rows = await source.read(await queryFor(source, whole))
  let count = 0
  try {
    for await (const batch of rows.batches()) count += batch.length
    throw new Error(`${count} rows are said to be all`)
  } catch (error) {
    return { count, error }
  } finally {
    await rows.close()
  }
}

const MANY = 60_000

test('files whose end is damaged are a failure, however many rows have come before', async () => {
  const lines = '1,2\n'.repeat(MANY)
  await write('ragged.csv', `a,b\n${lines}3\n4,5\n`)
  await write('unclosed.csv', `a,b\n${lines}3,"x\n${lines}`)
  const good = `${folder.path}/good.parquet`
  await run(`COPY (SELECT i, md5(i::VARCHAR) AS t FROM range(400000) AS r (i)) TO '${good}' (ROW_GROUP_SIZE 20000)`)
  const bytes = await readFile(good)
  const at = Math.floor(bytes.length * 0.7)
  await write('bad.parquet', bytes.fill(7, at, at + 2000))
  const failures: [url: string, why: RegExp][] = [
    ['csv:ragged.csv', /line 60002 of its file, or of one of them, has 1 cells in place of 2\.$/],
    ['csv:unclosed.csv', /line 60002 of its file, or of one of them, begins a quote that does not end/],
    ['parquet:bad.parquet', /damaged or hold no Parquet\.$/],
  ]
  const reading = failures.map(async ([url, why]) => {
    const { count, error } = await failedReading(url)
    expect(error).toMatchObject(refused(why))
    expect(count).toBeGreaterThan(MANY / 2)
    const failed = { rows: null, code: 'dataset_broken' }
    expect(await twoAttempts(open(url), whole.relation)).toEqual([failed, failed])
  })
  await Promise.all(reading)
  // Its columns cannot be told without looking through it.
  await write('bad.ndjson', `${'{"a":1}\n'.repeat(MANY)}{"a":2\n{"a":3}\n`)
  await expect(open('json:bad.ndjson').describe(whole.relation)).rejects.toMatchObject(refused(/hold no JSON/))
})

test('a JSON file that gets worse after it was looked through is a failure', async () => {
  const lines = '{"a":1}\n'.repeat(MANY)
  const name = `${folder.path}/worse.ndjson`
  await writeFile(name, `${lines}{"a":2}\n`)
  utimesSync(name, 1, 1)
  const source = open('json:worse.ndjson')
  const query = await queryFor(source, whole)
  await writeFile(name, `${lines}{"a":2]\n`)
  utimesSync(name, 1, 1)
  const rows = await source.read(query)
  try {
    await expect(Array.fromAsync(rows.batches())).rejects.toMatchObject(refused(/hold no JSON/))
  } finally {
    await rows.close()
  }
})

test('rows of long texts are read, and handed over in batches of a megabyte', async () => {
  await run(
    `COPY (SELECT repeat(md5(i::VARCHAR), 8960) AS t FROM range(400) AS r (i)) TO '${folder.path}/wide.parquet'`,
  )
  const source = open('parquet:wide.parquet')
  const rows = await source.read(await queryFor(source, whole))
  let [count, most] = [0, 0]
  try {
    for await (const batch of rows.batches()) {
      count += batch.length
      most = Math.max(most, batch.length)
    }
  } finally {
    await rows.close()
  }
  expect({ count, most }).toEqual({ count: 400, most: 4 })
})

test('a CSV file is what RFC 4180 says and nothing that it looks like', async () => {
  const files: Record<string, [text: string, rows: (string | null)[][]]> = {
    hash: [
      'a,b\n#x,1\n# y,2\n',
      [
        ['#x', '1'],
        ['# y', '2'],
      ],
    ],
    apostrophes: [
      `a,b\n'x,1\ny',2\n`,
      [
        ["'x", '1'],
        ["y'", '2'],
      ],
    ],
    backslashes: ['a,b\n"x\\",2\n', [['x\\', '2']]],
    one: ['text\na;b\n\nc|d\n', [['a;b'], [null], ['c|d']]],
    nulls: [
      'a,b\nNULL,NA\n,""\n',
      [
        ['NULL', 'NA'],
        [null, ''],
      ],
    ],
    late: [
      `a,b\n${'1,2\n'.repeat(30_000)}"x""y","p,q\r\n"\n`,
      [...Array.from({ length: 30_000 }, () => ['1', '2']), ['x"y', 'p,q\r\n']],
    ],
    windows: [
      '\uFEFFa,b\r\n 1 ,2\r\n3,4',
      [
        [' 1 ', '2'],
        ['3', '4'],
      ],
    ],
    long: [`a,b\n1,${'x'.repeat(5_000_000)}\n`, [['1', 'x'.repeat(5_000_000)]]],
    'other names': ['"a\nb",a,A,\n1,2,3,4\n', [['1', '2', '3', '4']]],
  }
  const reading = Object.entries(files).map(async ([name, [text, rows]]) => {
    await write(`${name}.csv`, text)
    expect([name, await rowsOf(`csv:${name}.csv`)]).toEqual([name, rows])
  })
  await Promise.all(reading)
  expect(await namesOf('csv:other names.csv')).toEqual(['a\nb', 'a', 'A_1', 'column3'])
})

test('the delimiter of a CSV file is a comma, or the one that is given', async () => {
  await write('semi.csv', 'a;b\n1;2,5\n')
  await write('tabs.csv', 'a\tb\n1;2\t5\n')
  await expect(rowsOf('csv:semi.csv')).rejects.toMatchObject(
    refused(/not separated by commas: write \?delimiter=; behind/),
  )
  await expect(rowsOf('csv:tabs.csv')).rejects.toMatchObject(refused(/write \?delimiter=tab behind/))
  expect(await rowsOf('csv:semi.csv?delimiter=;')).toEqual([['1', '2,5']])
  expect(await rowsOf('csv:tabs.csv?delimiter=tab')).toEqual([['1;2', '5']])
  expect(await namesOf('csv:semi.csv?delimiter=,')).toEqual(['a;b'])
  expect(() => open('csv:semi.csv?delimiter=;;')).toThrow(/no single character/)
  await write('few names.csv', 'a\n1,2\n')
  await expect(rowsOf('csv:few names.csv')).rejects.toMatchObject(refused(/line 2 .* has 2 cells in place of 1/))
  await write('nothing.csv', '')
  await expect(rowsOf('csv:nothing.csv')).rejects.toMatchObject(refused(/its files are empty/))
})

test('of several files every column comes by its name, with a type that holds all', async () => {
  await write('o-1.csv', 'id,name\n1,ann\n')
  await write('o-2.csv', 'name,id,mail\nbob,2,b@x\n')
  expect(await rowsOf('csv:o-*.csv')).toEqual([
    ['1', 'ann', null],
    ['2', 'bob', 'b@x'],
  ])
  await write('o-1.ndjson', '{"id":1}\n')
  await write('o-2.ndjson', '{"name":"x","id":2.5}\n')
  expect(await rowsOf('json:o-*.ndjson')).toEqual([
    [1, null],
    [2.5, 'x'],
  ])
  const to = (name: string) => `TO '${folder.path}/${name}.parquet'`
  await mkdir(`${folder.path}/code=007`)
  await run(
    `COPY (SELECT 1::INTEGER AS id, 1.25::DECIMAL(5, 2) AS p) ${to('o-1')}`,
    `COPY (SELECT 2.555::DECIMAL(8, 3) AS p, 2::BIGINT AS id, 'x' AS late) ${to('o-2')}`,
    `COPY (SELECT 1::BIGINT AS id) ${to('n-1')}`,
    `COPY (SELECT 1.5::DOUBLE AS id) ${to('n-2')}`,
    `COPY (SELECT 1 AS id) ${to('code=007/h')}`,
  )
  expect(await rowsOf('parquet:o-*.parquet')).toEqual([
    [1, '1.250', null],
    [2, '2.555', 'x'],
  ])
  await expect(rowsOf('parquet:n-*.parquet')).rejects.toMatchObject(
    refused(/column "id" is BIGINT in some of its files/),
  )
  expect(await rowsOf('parquet:**/h.parquet')).toEqual([[1, '007']])
})

test('cells of JSON files are not rounded, shifted or guessed', async () => {
  const rows = [
    '{"mixed":9007199254740993,"real":0.1,"large":123456789012345678901234567890,"far":1e400,"at":"2024-01-02T03:04:05+02:00"}',
    '{"mixed":1.5,"real":2,"large":1,"far":1,"at":"2024-01-02","day":"02-01-2024","id":"123E4567-E89B-12D3-A456-426614174000"}',
    '{"day":"2024-01-02","nested":{"n":9007199254740993,"a":[1,1.5],"at":"2024-01-02"},"c":0.10000000000000001,"n":"0.12345678901234567890"}',
  ]
  await write('cells.ndjson', rows.join('\n'))
  const { columns } = await open('json:cells.ndjson').describe(whole.relation)
  expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
    mixed: 'decimal',
    real: 'real',
    large: 'integer',
    far: 'text',
    at: 'text',
    day: 'text',
    id: 'text',
    nested: 'json',
    c: 'real',
    n: 'text',
  })
  const nothing = [null, null, null]
  const nested = '{"n":9007199254740993,"a":[1,1.5],"at":"2024-01-02"}'
  expect(await rowsOf('json:cells.ndjson')).toEqual([
    [
      '9007199254740993.0',
      0.1,
      123456789012345678901234567890n,
      '1e400',
      '2024-01-02T03:04:05+02:00',
      null,
      null,
      ...nothing,
    ],
    ['1.5', 2, 1, '1', '2024-01-02', '02-01-2024', '123E4567-E89B-12D3-A456-426614174000', ...nothing],
    [null, null, null, null, null, '2024-01-02', null, nested, 0.1, '0.12345678901234567890'],
  ])
  await write('digits.ndjson', '{"a":1.5}\n{"a":0.1234567890123456789}\n')
  await expect(rowsOf('json:digits.ndjson')).rejects.toMatchObject(refused(/more digits than .*: write it as a text/))
  await write('twins.ndjson', '{"a":1,"A":2}\n')
  await expect(rowsOf('json:twins.ndjson')).rejects.toMatchObject(refused(/differ only in capitals/))
  await write('no twins.ndjson', '{"a":1,"a_1":2}\n')
  expect(await rowsOf('json:no twins.ndjson')).toEqual([[1, 2]])
  await write('values.ndjson', '[1,2]\n"x"\n')
  expect(await rowsOf('json:values.ndjson')).toEqual([['[1,2]'], ['"x"']])
})
