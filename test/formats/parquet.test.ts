import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Column } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { temporaryFolder } from '../support/program.ts'
import { anything, awkward } from './awkward-table.ts'
import { render, renderFile, renderTo } from './render.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let file: string
let notes: string[]
beforeAll(async () => {
  folder = await temporaryFolder()
  file = join(folder.path, 'awkward.parquet')
  notes = await renderTo(file, 'parquet', awkward.columns, awkward.rows)
})
afterAll(() => folder?.[Symbol.asyncDispose]())

test('Parquet has the types of its columns, by DuckDB', async () => {
  const rows = await ask(`DESCRIBE SELECT * FROM '${file}'`)
  expect(rows.map(([name, type]) => [name, type])).toEqual([
    ['text', 'VARCHAR'],
    ['integer', 'BIGINT'],
    ['unsigned', 'UBIGINT'],
    ['real', 'DOUBLE'],
    ['exact', 'DECIMAL(38,10)'],
    ['small', 'DECIMAL(12,2)'],
    ['any digits', 'VARCHAR'],
    ['boolean', 'BOOLEAN'],
    ['date', 'DATE'],
    ['time', 'VARCHAR'],
    ['timestamp', 'TIMESTAMP WITH TIME ZONE'],
    ['datetime', 'TIMESTAMP'],
    ['json', 'JSON'],
    ['binary', 'BLOB'],
    ['a "quoted", name', 'VARCHAR'],
    // DuckDB's names do not differ by case.
    ['A "QUOTED", NAME_1', 'VARCHAR'],
    ['=1+1 😀\n<&>', 'VARCHAR'],
    [`long ${'n'.repeat(300)}`, 'VARCHAR'],
    ['__proto__', 'VARCHAR'],
  ])
})

test('Parquet is read by DuckDB cell by cell as documented', async () => {
  const shown = awkward.columns.map(({ type }, at) => (asText[type] ?? ((column) => `${column}::VARCHAR`))(`c${at}`))
  const names = awkward.columns.map((_, at) => `c${at}`)
  const rows = await ask(`SELECT ${shown.join(', ')} FROM '${file}' AS t(${names.join(', ')})`)
  expect(rows).toEqual(
    awkward.rows.map((cells) => cells.map((cell, at) => asDuckText(cell, awkward.columns[at] as Column))),
  )
})

test('Parquet is read by hyparquet cell by cell as documented', async () => {
  const bytes = await readFile(file)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const compressors = { ZSTD: (page: Uint8Array, size: number) => zstdDecompressSync(page, { maxOutputLength: size }) }
  const rows = await parquetReadObjects({ file: buffer, compressors, utf8: false })
  expect(rows).toHaveLength(awkward.rows.length)
  for (const name of ['text', 'integer', 'unsigned', 'real', 'boolean', 'binary'] as const) {
    const at = awkward.columns.findIndex((column) => column.name === name)
    expect(rows.map((row) => row[name] ?? null)).toEqual(
      awkward.rows.map((cells) => asHyparquet(cells[at] ?? null, name)),
    )
  }
})

test('there is nothing to tell of a table whose values fit their columns', () => {
  expect(notes).toEqual([])
})

test('a column of SQLite may hold anything: what does not fit is null and told', async () => {
  const path = join(folder.path, 'anything.parquet')
  const columns = (['integer', 'real', 'boolean', 'date', 'json', 'binary', 'text'] as const).map((type) => ({
    ...(awkward.columns[0] as Column),
    name: type,
    type,
  }))
  const told = await renderTo(
    path,
    'parquet',
    columns,
    anything.map((cell) => columns.map(() => cell)),
  )
  const rows = await ask(
    `SELECT integer, real, boolean, date::VARCHAR, json::VARCHAR, base64("binary"), text FROM '${path}'`,
  )
  expect(rows).toEqual([
    [null, null, null, null, null, null, null],
    [1n, 1, true, null, '1', btoa('1'), '1'],
    [null, 2.5, null, null, '2.5', btoa('2.5'), '2.5'],
    [2n ** 63n - 1n, null, null, null, '9223372036854775807', btoa('9223372036854775807'), '9223372036854775807'],
    [null, null, null, null, '"text"', btoa('text'), 'text'],
    [null, null, null, null, '""', '', ''],
    [1n, null, true, null, 'true', btoa('true'), 'true'],
    [null, null, null, null, '"AQI="', 'AQI=', 'AQI='],
    [null, Number.NaN, null, null, 'null', btoa('NaN'), 'NaN'],
    [null, null, null, '2024-02-29', '"2024-02-29"', btoa('2024-02-29'), '2024-02-29'],
  ])
  expect(told).toEqual([
    'Column "integer" takes whole numbers of 64 bits: 6 cells with something else are null in this file, the first in row 3; csv, json and xlsx keep them.',
    'Column "real" takes numbers that a double holds exactly: 6 cells with something else are null in this file, the first in row 4; csv, json and xlsx keep them.',
    'Column "boolean" takes true and false: 7 cells with something else are null in this file, the first in row 3; csv, json and xlsx keep them.',
    'Column "date" takes dates: 8 cells with something else are null in this file, the first in row 2; csv, json and xlsx keep them.',
  ])
})

test('0 and -0 stay apart, also where values come again and again', async () => {
  const path = join(folder.path, 'zeros.parquet')
  const columns = [{ ...(awkward.columns[0] as Column), name: 'r', type: 'real' as const }]
  const values = Array.from({ length: 100 }, (_, at) => [-0, 0, 1][at % 3] as number)
  await renderTo(
    path,
    'parquet',
    columns,
    values.map((value) => [value]),
  )
  expect(await ask(`SELECT r::VARCHAR FROM '${path}'`)).toEqual(values.map((value) => [duckNumber(value, 'real')]))
})

test('a table of no rows keeps its columns', async () => {
  const path = join(folder.path, 'empty.parquet')
  await renderTo(path, 'parquet', awkward.columns, [])
  expect(await ask(`SELECT count(*) FROM '${path}'`)).toEqual([[0n]])
  expect(await ask(`DESCRIBE SELECT * FROM '${path}'`)).toHaveLength(awkward.columns.length)
})

test('rows are written in groups: of many rows, and of few when these are large', async () => {
  const path = join(folder.path, 'long.parquet')
  const columns = [{ ...(awkward.columns[1] as Column), name: 'n' }]
  await renderFile(path, 'parquet', columns, numbers(100_000))
  expect(await ask(`SELECT count(*), sum(n)::BIGINT, min(n), max(n) FROM '${path}'`)).toEqual([
    [100_000n, 5_000_050_000n, 1n, 100_000n],
  ])
  expect(await groupRows(path)).toEqual([...Array<number>(24).fill(4096), 1696])

  const large = await render(
    'parquet',
    [awkward.columns[0] as Column],
    Array.from({ length: 40 }, () => ['x'.repeat(1 << 20)]),
  )
  const { row_groups: groups } = parquetMetadata(arrayBuffer(large.bytes))
  expect(groups.map(({ num_rows }) => Number(num_rows))).toEqual(Array<number>(20).fill(2))
})

test('of long values the file has no least and greatest, which would be held until its end', async () => {
  const columns = [{ ...(awkward.columns[0] as Column), name: 't' }]
  const boundsOf = async (text: string) => {
    const { bytes } = await render('parquet', columns, [[text]])
    const [group] = parquetMetadata(arrayBuffer(bytes)).row_groups
    return group?.columns[0]?.meta_data?.statistics?.min_value
  }
  expect(await boundsOf('x'.repeat(4096))).toBeDefined()
  expect(await boundsOf('x'.repeat(4097))).toBeUndefined()
})

function* numbers(count: number): Generator<Cell[][]> {
  for (let from = 1; from <= count; from += 1000) {
    yield Array.from({ length: Math.min(1000, count - from + 1) }, (_, at) => [from + at])
  }
}

const arrayBuffer = ({ buffer, byteOffset, length }: Buffer) =>
  buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer

async function groupRows(path: string): Promise<number[]> {
  const { row_groups: groups } = parquetMetadata(arrayBuffer(await readFile(path)))
  return groups.map(({ num_rows }) => Number(num_rows))
}

async function ask(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    return (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** How DuckDB shows a column as text without loss. */
const asText: Partial<Record<Column['type'], (column: string) => string>> = {
  binary: (column) => `base64(${column})`,
  timestamp: (column) => `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`,
  datetime: (column) => `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`,
}

function asDuckText(cell: Cell, { type, source_type: sourceType }: Column): string | null {
  if (cell === null) return null
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('base64')
  if (typeof cell === 'number') return duckNumber(cell, type)
  if (typeof cell !== 'string') return String(cell)
  if (type === 'timestamp' || type === 'datetime') return withMicros(cell.replace('T', ' ').replace('Z', ''))
  if (type === 'json') return cell === '{not json' || cell === '' ? JSON.stringify(cell) : cell.replace(/[\r\n]+/g, ' ')
  if (type === 'decimal' && sourceType !== 'numeric') return withScale(cell, sourceType.includes('10)') ? 10 : 2)
  return cell.toWellFormed()
}

const withMicros = (text: string) => (text.includes('.') ? text.padEnd(26, '0') : `${text}.000000`)

function withScale(text: string, scale: number): string {
  const [whole, fraction = ''] = text.split('.')
  return `${whole}.${fraction.padEnd(scale, '0')}`
}

function duckNumber(value: number, type: Column['type']): string {
  if (type === 'integer') return String(value)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value).replace(/e([+-])(\d)$/, 'e$10$2')
  return /[.e]/.test(text) ? text : `${text}.0`
}

function asHyparquet(cell: Cell, name: string): unknown {
  if (cell === null) return null
  if (name === 'integer' || name === 'unsigned') return BigInt(cell as number)
  return typeof cell === 'string' ? cell.toWellFormed() : cell
}
