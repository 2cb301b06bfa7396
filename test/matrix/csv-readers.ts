import { DuckDBInstance } from '@duckdb/node-api'
import { parse } from 'csv-parse/sync'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { python } from '../formats/python.ts'

/** Reads a file of fields, all of them texts; null where a reader tells an empty field from an empty text. */
export type CsvReader = (path: string, width: number) => Promise<(string | null)[][]>

export const csvParse: CsvReader = async (path) =>
  parse(await readFile(path), {
    record_delimiter: '\r\n',
    relax_column_count: false,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  })

const script = `
import csv, gzip, json, sys
csv.field_size_limit(1 << 30)
opener = gzip.open if sys.argv[1].endswith('.gz') else open
with opener(sys.argv[1], 'rt', encoding='utf-8', newline='') as file:
    json.dump(list(csv.reader(file, strict=True)), sys.stdout)`

/** Of packed files too; it does not tell NULL from the empty text. */
export const pythonCsv: CsvReader = async (path) =>
  JSON.parse(execFileSync(python, ['-c', script, path], { maxBuffer: 1 << 28 }).toString()) as string[][]

/** Unpacks `.gz` and `.zst` by itself. */
export const duckDbCsv: CsvReader = async (path, width) => {
  const columns = Array.from({ length: width }, (_, at) => `'c${at}': 'VARCHAR'`)
  const options = `auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\r\\n', nullstr = '', allow_quoted_nulls = false`
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const sql = `SELECT * FROM read_csv('${path}', columns = {${columns.join(', ')}}, ${options})`
    return (await connection.runAndReadAll(sql)).getRowsJS() as (string | null)[][]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
