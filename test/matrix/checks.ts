import { parse } from 'csv-parse/sync'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { ExportFormat } from '@queue-ops/server/contract'
import { readWithLibreOffice } from '../formats/libreoffice.ts'
import { readWithOpenpyxl } from '../formats/openpyxl.ts'
import { asShown, comparable } from '../formats/sheet-cells.ts'
import type { Texts } from './comparison.ts'
import { csvParse, duckDbCsv, pythonCsv, type CsvReader } from './csv-readers.ts'
import { csvField } from './documented/csv.ts'
import { isDocument, jsonValue } from './documented/json.ts'
import { parquetColumn } from './documented/parquet.ts'
import { plainText } from './documented/plain-text.ts'
import { sheetCell } from './documented/xlsx.ts'
import { javaScript, pythonJson, type JsonReader } from './json-readers.ts'
import { duckDbParquet, hyparquet } from './parquet-readers.ts'
import type { Truth, TrueColumn, TrueTable } from './truth.ts'

/** What a reader found in a file and what docs/formats.md promises, both with the header as their first row. */
export interface Reading {
  expected: Texts
  found: Texts
}

/** Reads a file with a reader that is not ours. */
export type Check = (path: string, table: TrueTable) => Promise<Reading>

const mapCells = <T>({ columns, rows }: TrueTable, write: (truth: Truth, column: TrueColumn) => T): T[][] =>
  rows.map((row) => row.map((truth, at) => write(truth, columns[at] as TrueColumn)))

const namesOf = ({ columns }: TrueTable) => columns.map(({ name }) => name)

const csvBy =
  (read: CsvReader, tellsNull: boolean): Check =>
  async (path, table) => {
    const header = namesOf(table).map((name) => csvField(name, { type: 'text' }))
    const fields = mapCells(table, (truth, column) => csvField(truth, column) ?? (tellsNull ? null : ''))
    return { expected: [header, ...fields], found: await read(path, table.columns.length) }
  }

/** Rows as lists of name and value, so that names are compared in every row. */
const jsonBy =
  (read: JsonReader): Check =>
  async (path, table) => {
    const text = await readFile(path, 'utf8')
    const file = path.endsWith('.ndjson') ? `[${text.trimEnd().split('\n').join(',')}]` : text
    const documents = [
      ...new Set(table.rows.flatMap((row) => row.filter((truth, at) => isDocumentAt(table, truth, at)))),
    ]
    const [rows, ...values] = read([file, ...(documents as string[])])
    const valueOf = new Map(documents.map((document, at) => [document, values[at]]))
    const cells = mapCells(table, (truth, column) =>
      JSON.stringify([column.name, jsonValue(truth, column, (document) => valueOf.get(document))]),
    )
    return { expected: cells, found: (rows as { members: unknown[] }[]).map(({ members }) => members.map(asText)) }
  }

const asText = (value: unknown) => JSON.stringify(value)

const isDocumentAt = ({ columns }: TrueTable, truth: Truth, at: number) =>
  isDocument(truth, (columns[at] as TrueColumn).type)

const byOpenpyxl: Check = async (path, table) => {
  const [header, ...rows] = readWithOpenpyxl(path)[0]?.rows ?? []
  return {
    expected: [namesOf(table), ...mapCells(table, (truth, column) => asText(sheetCell(truth, column)))],
    found: [(header ?? []).map((cell) => String(cell?.value)), ...rows.map((cells) => cells.map(asText))],
  }
}

/** A date in a column of dates with times is shown without one. */
const isDay = (truth: Truth) => typeof truth === 'string' && /^\d{4}-\d\d-\d\d$/.test(truth)

const byLibreOffice: Check = async (path, table) => {
  const sheets = await readWithLibreOffice(dirname(path), basename(path))
  const [header = [], ...rows]: string[][] = parse(sheets['Export'] ?? '')
  const cells = mapCells(table, sheetCell)
  const shown = mapCells(table, (truth, column) =>
    String(asShown(sheetCell(truth, column), isDay(truth) ? { type: 'date' } : column)),
  )
  return {
    expected: [namesOf(table), ...shown],
    found: [
      header,
      ...rows.map((row, at) => row.map((shown, column) => String(comparable(shown, cells[at]?.[column] ?? null)))),
    ],
  }
}

/** Of names it takes those for one that differ by case only: they are compared with hyparquet's. */
const byDuckDb: Check = async (path, table) => {
  const columns = table.columns.map(parquetColumn)
  const found = await duckDbParquet(
    path,
    columns.map(({ show }) => show),
  )
  return {
    expected: [
      columns.map(({ duckType }) => duckType),
      ...mapCells(table, (truth, column) =>
        truth !== null && column.type === 'json' ? asText(jsonValue(truth, column, exact)) : parquetCell(truth, column),
      ),
    ],
    found: [
      found.types,
      ...found.rows.map((row) => row.map((text, at) => duckDbCell(text, table.columns[at] as TrueColumn))),
    ],
  }
}

const exact = (document: string) => javaScript([document])[0]

/** As the rules write it: documents by what is in them, doubles by their shortest form. */
function duckDbCell(text: string | null, { type }: TrueColumn): string | null {
  if (text !== null && type === 'json') return asText(exact(text))
  return text !== null && type === 'real' ? plainText(Number(text.replace('inf', 'Infinity'))) : text
}

/** Of hyparquet's values those are compared that stand for themselves. */
const PLAIN = new Set<TrueColumn['type']>(['text', 'integer', 'real', 'boolean', 'binary', 'time'])

const byHyparquet: Check = async (path, table) => {
  const { names, rows } = await hyparquet(path)
  const kept = table.columns.flatMap((column, at) => (PLAIN.has(column.type) ? [at] : []))
  const pick = <T>(cells: T[]) => kept.map((at) => cells[at] as T)
  const plain = mapCells(table, parquetCell)
  return {
    expected: [namesOf(table), ...plain.map(pick)],
    found: [names, ...rows.map((row) => pick(row).map(hyparquetText))],
  }
}

/** As the rules write it. */
function hyparquetText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return plainText(value instanceof Uint8Array ? Buffer.from(value) : (value as Exclude<Truth, null>))
}

const parquetCell = (truth: Truth, column: TrueColumn) => (truth === null ? null : parquetColumn(column).cell(truth))

/** Per format and compression: the readers. */
export const checks: Record<ExportFormat | 'csv.gz' | 'csv.zst', Record<string, Check>> = {
  csv: { 'csv-parse': csvBy(csvParse, true), "Python's csv": csvBy(pythonCsv, false) },
  'csv.gz': { "Python's gzip and csv": csvBy(pythonCsv, false) },
  'csv.zst': { DuckDB: csvBy(duckDbCsv, true) },
  json: { 'JSON.parse': jsonBy(javaScript), "Python's json": jsonBy(pythonJson) },
  ndjson: { 'JSON.parse': jsonBy(javaScript), "Python's json": jsonBy(pythonJson) },
  xlsx: { openpyxl: byOpenpyxl, LibreOffice: byLibreOffice },
  parquet: { DuckDB: byDuckDb, hyparquet: byHyparquet },
}
