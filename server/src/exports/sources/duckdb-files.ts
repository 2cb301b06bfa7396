import { csvView } from './duckdb-csv.ts'
import { jsonColumns, jsonView, type JsonColumn } from './duckdb-json.ts'
import type { Ask } from './duckdb-literals.ts'
import { parquetView } from './duckdb-parquet.ts'

/** Files of a kind, whose path may be a pattern. */
export type FilesOpening =
  | { kind: 'parquet'; path: string }
  | { kind: 'csv'; path: string; delimiter: string | null }
  | { kind: 'json'; path: string; found: FoundColumns | null }

/** The columns of JSON files, which are known when everything was looked through. */
export interface FoundColumns {
  /** Changes when a file does. */
  stamp: string
  columns: JsonColumn[]
}

/** How the rows of files are read, losing nothing. Rejects with SourceFailure when they do not fit each other. */
export async function viewOf(opening: FilesOpening, files: string[], stamp: string, ask: Ask): Promise<View> {
  if (opening.kind === 'parquet') return { sql: await parquetView(files, ask), found: null }
  if (opening.kind === 'csv') return { sql: await csvView(files, opening.delimiter), found: null }
  const columns = opening.found?.stamp === stamp ? opening.found.columns : await jsonColumns(files, ask)
  return { sql: jsonView(files, columns), found: { stamp, columns } }
}

interface View {
  sql: string
  found: FoundColumns | null
}
