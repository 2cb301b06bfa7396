import { join } from 'node:path'
import { writeDatasetsFile } from '../../support/dataset-files.ts'
import { loadDuckdb } from './duckdb.ts'
import { makeRows, TABLE } from './rows.ts'

/** What is exported: the same rows wherever they are read from. */
export interface BenchData {
  rows: number
  /** A SQLite file. */
  database: string
  /** Lists the SQLite file as the only dataset of the server. */
  datasetsFile: string
  /** A file of DuckDB. */
  duckdb: string
}

/** Makes the data in a folder, in which it is the only one. */
export async function makeData(folder: string, rows: number, withDuckdb: boolean): Promise<BenchData> {
  const database = join(folder, 'rows.sqlite')
  const duckdb = join(folder, 'rows.duckdb')
  makeRows(database, rows)
  if (withDuckdb) await loadDuckdb(database, duckdb)
  return { rows, database, duckdb, datasetsFile: await writeDatasetsFile(folder, TABLE, database, TABLE) }
}
