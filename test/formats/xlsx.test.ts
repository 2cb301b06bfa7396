import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Column } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { temporaryFolder } from '../support/program.ts'
import { anything, awkward } from './awkward-table.ts'
import { readWithLibreOffice } from './libreoffice.ts'
import { readWithOpenpyxl, type Sheet } from './openpyxl.ts'
import { asSheetCell, asShown, comparable, unstyled } from './sheet-cells.ts'
import { renderFile, renderTo } from './render.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let notes: string[]
let sheet: Sheet
let shown: string[][]
beforeAll(async () => {
  folder = await temporaryFolder()
  notes = await renderTo(join(folder.path, 'awkward.xlsx'), 'xlsx', awkward.columns, awkward.rows)
  sheet = readWithOpenpyxl(join(folder.path, 'awkward.xlsx'))[0] as Sheet
  shown = parse((await readWithLibreOffice(folder.path, 'awkward.xlsx'))['Export'] ?? '')
})
afterAll(() => folder?.[Symbol.asyncDispose]())

const expected = awkward.rows.map((cells) => cells.map((cell, at) => asSheetCell(cell, awkward.columns[at] as Column)))

test('a workbook is read by openpyxl cell by cell as documented', () => {
  const [header, ...rows] = sheet.rows
  expect(header?.map((cell) => cell?.value)).toEqual(awkward.columns.map(({ name }) => name))
  // The last row, of nothing but NULL, has no cells by which openpyxl would know it.
  expect(rows.map((cells) => cells.map(unstyled))).toEqual(expected.slice(0, -1).map((cells) => cells.map(unstyled)))
})

test('a workbook is shown by LibreOffice cell by cell as documented', () => {
  const [header, ...rows] = shown
  expect(header).toEqual(awkward.columns.map(({ name }) => name))
  const cells = rows.map((row, at) => row.map((text, column) => comparable(text, expected[at]?.[column] ?? null)))
  // Nor does LibreOffice write a last row of nothing.
  expect(cells).toEqual(
    expected.slice(0, -1).map((row) => row.map((cell, at) => asShown(cell, awkward.columns[at] as Column))),
  )
})

test('the header stays in sight, is bold and has filters; columns are as wide as what is in them', () => {
  const last = `S${awkward.rows.length + 1}`
  expect(sheet).toMatchObject({ name: 'Export', frozen: 'A2', filter: `A1:${last}`, headerIsBold: true })
  expect(sheet.widths).toHaveLength(awkward.columns.length)
  expect(Math.min(...sheet.widths)).toBeGreaterThanOrEqual(8)
  expect(Math.max(...sheet.widths)).toBeLessThanOrEqual(60)
})

test('no cell is a formula, and a text that begins like one stays a text when it is edited', () => {
  const cells = sheet.rows.slice(1).flat()
  expect(cells.filter((cell) => cell?.kind === 'f')).toEqual([])
  const guarded = cells.filter((cell) => cell?.kind === 's' && /^\s*[=+\-@＝]/.test(String(cell.value)))
  expect(guarded.length).toBeGreaterThan(5)
  expect(guarded.filter((cell) => !cell?.quoted)).toEqual([])
})

test('texts that are too long are cut, and the result says how many', () => {
  expect(notes).toEqual([
    '3 texts were cut to the 32,767 characters that a cell holds; csv, json, ndjson and parquet keep all of them.',
  ])
})

test('a column of SQLite may hold anything: each cell is what it is', async () => {
  const path = join(folder.path, 'anything.xlsx')
  const columns = (['integer', 'date', 'boolean', 'json'] as const).map((type) => ({
    ...(awkward.columns[0] as Column),
    name: type,
    type,
  }))
  await renderTo(
    path,
    'xlsx',
    columns,
    anything.map((cell) => columns.map(() => cell)),
  )
  const cells = readWithOpenpyxl(path)[0]?.rows.slice(1) ?? []
  expect(cells.map((row) => row.map(unstyled))).toEqual(
    anything.map((cell) => columns.map((column) => unstyled(asSheetCell(cell, column)))),
  )
})

test('an empty table is a sheet with its header', async () => {
  const path = join(folder.path, 'empty.xlsx')
  expect(await renderTo(path, 'xlsx', awkward.columns.slice(0, 2), [])).toEqual([])
  expect(readWithOpenpyxl(path)).toMatchObject([
    { name: 'Export', filter: 'A1:B1', rows: [[{ value: 'text' }, { value: 'integer' }]] },
  ])
})

test('a third reader sees the same texts and numbers', async () => {
  const rows = await readSheet(join(folder.path, 'awkward.xlsx'))
  expect(rows[0]).toEqual(awkward.columns.map(({ name }) => name))
  expect(rows.slice(1, 11).map((row) => row[1])).toEqual(expected.slice(0, 10).map((cells) => cells[1]?.value))
})

test('a file is known for a workbook by its first bytes', () => {
  expect(
    execFileSync('file', ['--brief', join(folder.path, 'awkward.xlsx')])
      .toString()
      .trim(),
  ).toBe('Microsoft Excel 2007+')
})

test('a million rows and two are opened by LibreOffice, on two sheets, each row as it was', async () => {
  const rows = 1_048_575 + 2
  const typed = (['integer', 'text', 'timestamp'] as const).map((type) => ({
    ...(awkward.columns[0] as Column),
    name: type,
    type,
  }))
  const told = await renderFile(join(folder.path, 'long.xlsx'), 'xlsx', typed, mixedRows(rows))
  expect(told).toEqual(['The rows stand on 2 sheets, because one holds at most 1,048,575 under its header.'])
  const sheets = await readWithLibreOffice(folder.path, 'long.xlsx')
  const [first, second] = ['Export', 'Export 2'].map((name) => (sheets[name] ?? '').trimEnd().split('\n'))
  expect([first?.length, second?.length]).toEqual([1_048_576, 3])
  expect([first?.[0], second?.[0]]).toEqual(['integer,text,timestamp', 'integer,text,timestamp'])
  const read = [...(first ?? []).slice(1), ...(second ?? []).slice(1)]
  const wrong = read.filter((line, at) => line !== `${at + 1},row ${at + 1},${instant(at + 1, ' ')}`)
  expect(wrong.slice(0, 10)).toEqual([])
}, 300_000)

function* mixedRows(count: number): Generator<Cell[][]> {
  for (let from = 1; from <= count; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, count - from + 1) }, (_, at) => from + at)
    yield batch.map((n) => [n, `row ${n}`, `${instant(n, 'T')}Z`])
  }
}

/** A second later with each row. */
const instant = (row: number, separator: string) =>
  new Date(Date.UTC(2024, 0, 1) + row * 1000).toISOString().slice(0, 19).replace('T', separator)
