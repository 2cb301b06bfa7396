import { readSheet } from 'read-excel-file/node'
import type { FileKind } from './contender.ts'
import { openDuckdb, sqlText } from './duckdb.ts'
import { columns } from './rows.ts'

/** The reader of workbooks holds all of one in memory. */
const MOST_SHEET_ROWS = 100_000

const texts = Object.keys(columns)
  .map((name) => `${name}: 'VARCHAR'`)
  .join(', ')

const readers: Record<Exclude<FileKind, 'rows' | 'xlsx'>, (file: string) => string> = {
  csv: (file) =>
    `read_csv(${file}, auto_detect = false, header = true, columns = { ${texts} }, delim = ',', quote = '"', escape = '"')`,
  json: (file) => `read_json(${file}, format = 'array', columns = { id: 'BIGINT' })`,
  ndjson: (file) => `read_json(${file}, format = 'newline_delimited', columns = { id: 'BIGINT' })`,
  parquet: (file) => `read_parquet(${file})`,
}

/** How many rows a reader that is none of the writers finds in a file; null when that would take too much memory. */
export async function countRows(file: string, kind: FileKind, expected: number): Promise<number | null> {
  if (kind === 'rows') return null
  if (kind === 'xlsx') return expected > MOST_SHEET_ROWS ? null : (await readSheet(file)).length - 1
  await using duckdb = await openDuckdb(':memory:')
  return Number(await duckdb.value(`SELECT count(DISTINCT id) FROM ${readers[kind](sqlText(file))}`))
}
