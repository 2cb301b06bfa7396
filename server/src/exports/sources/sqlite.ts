import { resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ColumnType } from '../../contract.ts'
import { OpsError } from '../../errors.ts'
import { countRows, selectNothing, selectRows, type Dialect, type Statement } from './sql.ts'
import type {
  Bindable,
  Cell,
  Description,
  Relation,
  RowQuery,
  Source,
  SourceColumn,
  SourceKind,
  SourceRows,
  Test,
} from './source.ts'

/** Small enough that other callers of this event loop wait a few milliseconds at most, large enough to cost nothing. */
const BATCH_ROWS = 500

/** How long reading waits for a writer that has the file locked; it holds the event loop, so it is short. */
const BUSY_TIMEOUT_MS = 1000

/** Counting reads every row: up to so many it takes a few milliseconds, and progress without a total will do beyond. */
const MAX_COUNTED_ROWS = 1_000_000

/** SQLite's result codes (sqlite.org/rescode.html) that deserve our own words; their low byte is the primary code. */
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** The names under which SQLite gives the number of a row, where no column has taken them. */
const ROW_NUMBERS = ['_rowid_', 'rowid', 'oid']

const SCHEME = 'sqlite:'

export const sqlite: SourceKind = {
  schemes: [SCHEME],
  example: `${SCHEME}./shop.sqlite`,
  open(url, folder, dataset) {
    if (url.length === SCHEME.length) throw new Error(`names no file: write ${sqlite.example}`)
    return sqliteSource(resolve(folder, url.slice(SCHEME.length)), dataset)
  },
}

/** A SQLite file. It is opened read-only and only while it is used. */
function sqliteSource(path: string, dataset: string): Source {
  const openFile = () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })

  const withFile = <T>(use: (db: DatabaseSync) => T, keepOpen: boolean): T => {
    let db: DatabaseSync | undefined
    let done = false
    try {
      db = openFile()
      const result = use(db)
      done = true
      return result
    } catch (cause) {
      throw told(dataset, cause)
    } finally {
      if (!done || !keepOpen) db?.close()
    }
  }

  return {
    describe: async (relation) => withFile((db) => describe(db, relation), false),
    read: async (query) => withFile((db) => read(db, dataset, query), true),
  }
}

function read(db: DatabaseSync, dataset: string, query: RowQuery): SourceRows {
  // One read transaction: the count and the rows are of the same moment.
  db.exec('BEGIN')
  const total = count(db, query)
  const select = prepare(db, selectRows(query, dialect))
  select.statement.setReturnArrays(true)
  select.statement.setReadBigInts(true)

  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      let batch: Cell[][] = []
      for (const row of select.statement.iterate(...select.values)) {
        // setReturnArrays makes the rows arrays of cells, which the type declarations do not know.
        const cells = row as unknown as Cell[]
        for (let at = 0; at < cells.length; at++) cells[at] = plainNumber(cells[at] as Cell)
        batch.push(cells)
        if (batch.length < BATCH_ROWS) continue
        yield batch
        batch = []
        await nextTurn()
      }
      if (batch.length > 0) yield batch
    } catch (cause) {
      throw told(dataset, cause)
    }
  }
  return { total, batches, close: async () => db.close() }
}

function describe(db: DatabaseSync, relation: Relation): Description {
  if ('query' in relation) return { columns: queryColumns(db, relation), key: null }
  const { table } = relation
  const rows = db.prepare('SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid').all(table)
  if (rows.length === 0) throw new NoTable(table)
  const columns = rows.map((row) => column(String(row['name']), String(row['type'])))
  return { columns, key: keyOf(db, table, rows) }
}

function queryColumns(db: DatabaseSync, relation: Relation): SourceColumn[] {
  const { statement } = prepare(db, selectNothing(relation, dialect))
  return statement.columns().map(({ name, type }) => column(name, type ?? ''))
}

/** The number of the row is unique and the order in which rows lie; tables without one lie in the order of their key. */
function keyOf(db: DatabaseSync, table: string, rows: Record<string, unknown>[]): string[] | null {
  const facts = db.prepare('SELECT type, wr FROM pragma_table_list(?)').get(table)
  if (facts?.['type'] !== 'table') return null
  const primary = rows.filter((row) => Number(row['pk']) > 0).toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
  const names = rows.map((row) => String(row['name']).toLowerCase())
  if (Number(facts['wr']) === 1) return primary.map((row) => String(row['name']))
  const number = ROW_NUMBERS.find((name) => !names.includes(name))
  return number ? [number] : null
}

/** Only in tables: what a view or a query costs, nobody knows. */
function count(db: DatabaseSync, query: RowQuery): number | null {
  if (!('table' in query.relation)) return null
  const kind = db.prepare('SELECT type FROM pragma_table_list(?)').get(query.relation.table)
  if (kind?.['type'] !== 'table') return null
  const { statement, values } = prepare(db, countRows(query, MAX_COUNTED_ROWS, dialect))
  const total = Number(statement.get(...values)?.['total'])
  if (total > MAX_COUNTED_ROWS) return null
  return query.limit === null ? total : Math.min(total, query.limit)
}

function prepare(db: DatabaseSync, { sql, values }: Statement) {
  return { statement: db.prepare(sql), values: values as SQLInputValue[] }
}

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

const dialect: Dialect = {
  identifier: quote,
  table: quote,
  placeholder: () => '?',
  bind: toSqlite,
  contains: (text, part) => `instr(${text}, ${part()}) > 0`,
  startsWith: (text, prefix) => `substr(${text}, 1, length(${prefix()})) = ${prefix()}`,
}

/** An integer has to be bound as one: the driver binds numbers as reals, and as a real 11 is not equal to the text '11'. */
function toSqlite(value: Bindable | Uint8Array, _test: Test | null): SQLInputValue {
  if (typeof value === 'boolean') return BigInt(value)
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value
}

const plainNumber = (cell: Cell): Cell =>
  typeof cell === 'bigint' && cell >= Number.MIN_SAFE_INTEGER && cell <= Number.MAX_SAFE_INTEGER ? Number(cell) : cell

const column = (name: string, sourceType: string): SourceColumn => ({ name, type: typeOf(sourceType), sourceType })

/** A declared type says what is meant; by the rules of affinity (sqlite.org/datatype3.html) where its name is not telling. */
function typeOf(declared: string): ColumnType {
  const type = declared.toUpperCase()
  if (/BOOL/.test(type)) return 'boolean'
  if (/INT/.test(type)) return 'integer'
  if (/JSON/.test(type)) return 'json'
  if (/TIMESTAMP|DATETIME/.test(type)) return 'datetime'
  if (/DATE/.test(type)) return 'date'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text'
  if (/BLOB/.test(type)) return 'binary'
  if (/REAL|FLOA|DOUB/.test(type)) return 'real'
  if (/DEC|NUMERIC/.test(type)) return 'real'
  return 'text'
}

class NoTable extends Error {
  constructor(table: string) {
    super(`there is no table or view "${table}" in its database`)
  }
}

/** SQLite's word for a statement that does not fit the database: a column or table is not there any more. */
const SQLITE_ERROR = 1

function told(dataset: string, cause: unknown): unknown {
  if (cause instanceof OpsError) return cause
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : null
  const broken = cause instanceof NoTable || code === SQLITE_ERROR || code === SQLITE_NOTADB
  return new OpsError(
    broken ? 'dataset_broken' : 'dataset_unreadable',
    `Dataset "${dataset}" cannot be read: ${reason(code, cause)}.`,
    { cause },
  )
}

function reason(code: number | null, cause: unknown): string {
  if (code === SQLITE_CANTOPEN) return 'its database file is missing or not readable'
  if (code === SQLITE_NOTADB) return 'its file is not a SQLite database'
  return cause instanceof Error ? cause.message : String(cause)
}
