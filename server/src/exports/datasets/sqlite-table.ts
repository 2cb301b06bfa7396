import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Column, FilterValue } from '../../contract.ts'
import { OpsError } from '../../errors.ts'
import { refuseUnknownColumns, type Cell, type Dataset, type Rows } from './dataset.ts'

/** Small enough that other callers of this event loop wait a few milliseconds at most, large enough to cost nothing. */
const BATCH_ROWS = 500

/** How long reading waits for a writer that has the file locked; it holds the event loop, so it is short. */
const BUSY_TIMEOUT_MS = 1000

/** Counting reads every row: up to so many it takes a few milliseconds, and progress without a total will do beyond. */
const MAX_COUNTED_ROWS = 1_000_000

/** SQLite's result codes (sqlite.org/rescode.html) that deserve our own words; their low byte is the primary code. */
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** A table or view of a SQLite file as a dataset. The file is opened read-only and only while it is used. */
export function sqliteTable(source: { name: string; description: string; path: string; table: string }): Dataset {
  const { name, description, path, table } = source
  const unreadable = (cause: unknown) =>
    cause instanceof OpsError
      ? cause
      : new OpsError('dataset_unreadable', `Dataset "${name}" cannot be read: ${reason(cause)}.`, { cause })

  const withDatabase = <T>(use: (db: DatabaseSync) => T): T => {
    let db: DatabaseSync | undefined
    try {
      db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
      return use(db)
    } catch (cause) {
      db?.close()
      throw unreadable(cause)
    }
  }

  return {
    name,
    description,
    columns: () =>
      withDatabase((db) => {
        const columns = tableColumns(db, table)
        db.close()
        return columns
      }),
    open: (filters) => withDatabase((db) => openRows(db, name, table, filters, unreadable)),
  }
}

function openRows(
  db: DatabaseSync,
  name: string,
  table: string,
  filters: Record<string, FilterValue>,
  unreadable: (cause: unknown) => OpsError,
): Rows {
  // One read transaction: the count and the rows are of the same moment.
  db.exec('BEGIN')
  const columns = tableColumns(db, table)
  refuseUnknownColumns(name, columns, filters)
  const { sql, values } = whereClause(filters)
  const from = `FROM ${quote(table)}${sql}`
  const total = isCheapToCount(db, table)
    ? Number(db.prepare(`SELECT count(*) AS total ${from}`).get(...values)?.['total'])
    : null
  const select = db.prepare(`SELECT ${columns.map((column) => quote(column.name)).join(', ')} ${from}`)
  select.setReturnArrays(true)
  select.setReadBigInts(true)

  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      let batch: Cell[][] = []
      for (const row of select.iterate(...values)) {
        // setReturnArrays makes the rows arrays of cells, which the type declarations do not know.
        batch.push((row as unknown as Cell[]).map(plainNumber))
        if (batch.length < BATCH_ROWS) continue
        yield batch
        batch = []
        await nextTurn()
      }
      if (batch.length > 0) yield batch
    } catch (cause) {
      throw unreadable(cause)
    }
  }
  return { columns, total, batches, close: () => db.close() }
}

function tableColumns(db: DatabaseSync, table: string): Column[] {
  const rows = db.prepare('SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1').all(table)
  if (rows.length === 0) throw new Error(`there is no table or view "${table}" in its database`)
  return rows.map((row) => ({ name: String(row['name']), type: String(row['type']) }))
}

function whereClause(filters: Record<string, FilterValue>) {
  const tests: string[] = []
  const values: SQLInputValue[] = []
  for (const [column, value] of Object.entries(filters)) {
    if (value === null) {
      tests.push(`${quote(column)} IS NULL`)
    } else {
      tests.push(`${quote(column)} = ?`)
      values.push(bindable(column, value))
    }
  }
  return { sql: tests.length > 0 ? ` WHERE ${tests.join(' AND ')}` : '', values }
}

/**
 * An integer has to be bound as one: the driver binds numbers as reals, and as a real 11 is not equal to the text '11'.
 */
function bindable(column: string, value: string | number | boolean): SQLInputValue {
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value !== 'number' || !Number.isInteger(value)) return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new OpsError(
    'invalid_input',
    `The filter on "${column}" is beyond what a JSON number holds exactly: give it as text.`,
  )
}

/** Not a view, whose cost nobody knows, and not a huge table. */
function isCheapToCount(db: DatabaseSync, table: string): boolean {
  const kind = db.prepare('SELECT type FROM pragma_table_list(?)').get(table)
  if (kind?.['type'] !== 'table') return false
  const some = `SELECT 1 FROM ${quote(table)} LIMIT ${MAX_COUNTED_ROWS + 1}`
  return Number(db.prepare(`SELECT count(*) AS some FROM (${some})`).get()?.['some']) <= MAX_COUNTED_ROWS
}

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

const plainNumber = (cell: Cell): Cell =>
  typeof cell === 'bigint' && cell >= Number.MIN_SAFE_INTEGER && cell <= Number.MAX_SAFE_INTEGER ? Number(cell) : cell

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : null
  if (code === SQLITE_CANTOPEN) return 'its database file is missing or not readable'
  if (code === SQLITE_NOTADB) return 'its file is not a SQLite database'
  return cause instanceof Error ? cause.message : String(cause)
}
