import { resolve } from 'node:path'
import { COUNT_TIMEOUT_MS, countThose, countUpTo, equalTo } from './counting.ts'
import { told } from './failure.ts'
import { cellReader, describeColumns, type DuckColumn } from './duckdb-cells.ts'
import type { DuckDb, Opening } from './duckdb-database.ts'
import { duckFailure } from './duckdb-failure.ts'
import { openDuckDb } from './duckdb-remote.ts'
import { duckDialect } from './duckdb-sql.ts'
import { countRows, selectNothing, selectRows, type Dialect } from './sql.ts'
import {
  STALL_MS,
  type Cell,
  type Relation,
  type RowQuery,
  type Source,
  type SourceKind,
  type SourceRows,
} from './source.ts'

const DESCRIBE_TIMEOUT_MS = 10_000

/** The delimiter of CSV files, behind their path. */
const DELIMITER = /\?delimiter=(.*)$/

/** Rows of Parquet files, CSV files or JSON files; several with `*`, `?`, `[…]` or `**` in the path. */
export const duckDbFiles: SourceKind = {
  schemes: ['parquet:', 'csv:', 'json:'],
  example: 'parquet:./orders/*.parquet',
  reads: ['whole', 'query'],
  open(url, folder, dataset) {
    const kind = url.slice(0, url.indexOf(':')) as 'parquet' | 'csv' | 'json'
    const path = pathIn(url, `write ${kind}: and a path, such as ${duckDbFiles.example}`)
    if (kind === 'csv') {
      const delimiter = delimiterIn(path)
      return duckSource({ kind, path: resolve(folder, path.replace(DELIMITER, '')), delimiter }, dataset)
    }
    const place = { path: resolve(folder, path) }
    return duckSource(kind === 'json' ? { kind, ...place, found: null } : { kind, ...place }, dataset)
  },
}

/** A database file of DuckDB. */
export const duckDb: SourceKind = {
  schemes: ['duckdb:'],
  example: 'duckdb:./shop.duckdb',
  reads: ['table', 'query'],
  open(url, folder, dataset) {
    return duckSource({ kind: 'database', path: resolve(folder, pathIn(url, `write ${duckDb.example}`)) }, dataset)
  },
}

function pathIn(url: string, hint: string): string {
  const path = url.slice(url.indexOf(':') + 1)
  if (path === '') throw new Error(`names no file: ${hint}`)
  return path
}

/** Null when none is given. */
function delimiterIn(path: string): string | null {
  const [, given] = DELIMITER.exec(path) ?? []
  if (given === undefined) return null
  const delimiter = given === 'tab' ? '\t' : given
  if (!/^[^"\r\n]$/.test(delimiter)) throw new Error('has no single character as delimiter: write ?delimiter=; or tab')
  return delimiter
}

function duckSource(opening: Opening, dataset: string): Source {
  const withDatabase = async <T>(timeoutMs: number, use: (db: DuckDb) => Promise<T>, query: RowQuery | null) => {
    let db: DuckDb | undefined
    let done = false
    try {
      db = await openDuckDb(opening, purposeOf(query), timeoutMs)
      if (opening.kind === 'json') opening.found = await db.found()
      const result = await use(db)
      done = true
      return result
    } catch (cause) {
      throw told(dataset, cause, (cause) => duckFailure(cause, opening, hasTests(query)))
    } finally {
      if (db && !(done && query)) await db.close()
    }
  }
  return {
    startsProcess: true,
    describe: (relation, timeoutMs = DESCRIBE_TIMEOUT_MS) =>
      withDatabase(
        opening.kind === 'json' ? lookingThrough(timeoutMs) : DESCRIBE_TIMEOUT_MS,
        async (db) => ({ columns: describeColumns(await columnsOf(db, relation, null)), key: null }),
        null,
      ),
    read: (query) => withDatabase(query.timeoutMs, (db) => read(db, opening, dataset, query), query),
  }
}

/**
 * Who tells a client the columns waits for a moment only, and will be glad later of what is found then. An export waits for as
 * long as its dataset's time limit says.
 */
const lookingThrough = (timeoutMs: number) => (timeoutMs > DESCRIBE_TIMEOUT_MS ? timeoutMs : STALL_MS)

const hasTests = (query: RowQuery | null) => query !== null && query.tests.length > 0

/** Nobody knows what a query does, and who tells the columns of files may look through all of them. */
const purposeOf = (query: RowQuery | null) =>
  query && query.order.length === 0 && !('query' in query.relation) ? 'reading' : 'sorting'

async function columnsOf(db: DuckDb, relation: Relation, names: string[] | null): Promise<DuckColumn[]> {
  const { sql, values } = selectNothing(relation, duckDialect([]), names)
  return db.columnsOf(sql, values)
}

async function read(db: DuckDb, opening: Opening, dataset: string, query: RowQuery): Promise<SourceRows> {
  const tested = query.tests.map(({ column }) => column.name)
  const names = new Set([...query.columns.map(({ name }) => name), ...tested, ...(query.from?.columns ?? [])])
  const columns = await columnsOf(db, query.relation, [...names])
  const dialect = duckDialect(columns)
  const total = await count(db, opening, query, dialect)
  const equal = await equalTo(db, query, dialect)
  const { sql, values } = selectRows(query, dialect)
  const readers = query.columns.map(({ name }) => cellReader(columns.find((column) => column.name === name)))

  async function* batches(): AsyncGenerator<Cell[][]> {
    // What fails later is no value of the client's: it has been compared with.
    let mayMisfit = hasTests(query)
    try {
      await db.start(sql, values, query.timeoutMs)
      for (let patience = query.timeoutMs; ; patience = STALL_MS) {
        const rows = await db.nextRows(patience)
        if (rows.length === 0) return
        mayMisfit = false
        for (const row of rows) {
          for (let at = 0; at < row.length; at++) if (row[at] !== null) row[at] = readers[at]?.(row[at])
        }
        yield rows as Cell[][]
      }
    } catch (cause) {
      throw told(dataset, cause, (cause) => duckFailure(cause, opening, mayMisfit))
    }
  }
  return { total, equal, batches, close: () => db.close() }
}

/** Tables and Parquet files know how many rows they have; to count anything else is to read it. */
async function count(db: DuckDb, opening: Opening, query: RowQuery, dialect: Dialect): Promise<number | null> {
  const knows = 'table' in query.relation || ('whole' in query.relation && opening.kind === 'parquet')
  if (!knows) return null
  if (query.tests.length > 0) return countUpTo(db, query, dialect)
  const total = await countThose(db, countRows(query, null, dialect), COUNT_TIMEOUT_MS)
  return total === null || query.limit === null ? total : Math.min(total, query.limit)
}
