import type { DuckDBAppender } from '@duckdb/node-api'
import { readBigInts } from './read-rows.ts'
import { TABLE } from './rows.ts'

/** The types that DuckDB has for the columns of the rows. */
const TYPES =
  'id BIGINT, big BIGINT, ratio DOUBLE, amount DECIMAL(12, 2), code VARCHAR, remark VARCHAR, active BOOLEAN, born DATE, seen_at TIMESTAMP, nickname VARCHAR'

/** Loads the rows of a SQLite file into a new file of DuckDB. */
export async function loadDuckdb(database: string, file: string): Promise<void> {
  await using connection = await openDuckdb(file)
  await connection.run(`CREATE TABLE staged (${TYPES.replaceAll(/DECIMAL\(12, 2\)|DATE|TIMESTAMP/g, 'VARCHAR')})`)
  const appender = await connection.appender('staged')
  for (const row of readBigInts(database)) {
    for (const cell of row) {
      if (cell === null) appender.appendNull()
      else if (typeof cell === 'bigint') appender.appendBigInt(cell)
      else if (typeof cell === 'number') appender.appendDouble(cell)
      else appender.appendVarchar(String(cell))
    }
    appender.endRow()
  }
  appender.closeSync()
  await connection.run(`CREATE TABLE ${TABLE} (${TYPES}); INSERT INTO ${TABLE} SELECT * FROM staged; DROP TABLE staged`)
}

export interface Duckdb extends AsyncDisposable {
  run(sql: string): Promise<void>
  /** The only value of the only row. */
  value(sql: string): Promise<unknown>
  appender(table: string): Promise<DuckDBAppender>
}

/** Loads the library only now: it would count as memory of every writer. */
export async function openDuckdb(file: string): Promise<Duckdb> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  return {
    async run(sql) {
      await connection.run(sql)
    },
    async value(sql) {
      const reader = await connection.runAndReadAll(sql)
      return reader.getRows()[0]?.[0]
    },
    appender: (table) => connection.createAppender(table),
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

export const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`
