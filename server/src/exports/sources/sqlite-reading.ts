import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { BATCH_BYTES, BATCH_ROWS, plainBoolean, plainNumber, sizeOf } from './batch.ts'
import { COUNT_TIMEOUT_MS, mostOf, totalOf } from './counting.ts'
import { broken, SourceFailure, tooSlow } from './failure.ts'
import { countEqual, countRows, selectRows, type Dialect, type Statement } from './sql.ts'
import { STALL_MS, type Cell, type RowQuery } from './source.ts'
import { openFile } from './sqlite-file.ts'
import { sqliteDialect } from './sqlite-sql.ts'
import { addTimeFunction } from './sqlite-times.ts'

/** Rows that come slowly are handed over after so long. */
const BATCH_MS = 1000

/** SQLite compares with a part at every character: in texts of a few MB a longer one may take minutes for a single row. */
const MAX_PART = 1000

const TOO_LARGE = broken(
  'one of its values is larger than can be exported (536,870,888 characters): leave its column out',
)

/** Rows of a SQLite file, of one read transaction, read wherever this is called. */
export class SqliteReading {
  readonly total: number | null
  /** As of SourceRows. */
  readonly equal: number | null
  readonly #db: DatabaseSync
  readonly #statement: Statement
  readonly #booleans: number[]
  readonly #isTimed: boolean
  readonly #watch: Watch
  #rows: ReturnType<StatementSync['iterate']> | null = null

  /** Throws what SQLite says when the query does not fit the database. */
  constructor(db: DatabaseSync, query: RowQuery, place: 'thread' | 'process') {
    addTimeFunction(db)
    db.exec('BEGIN')
    this.#db = db
    this.#watch = { deadline: null }
    const isFiltered = query.tests.length > 0 || query.from !== null
    const dialect = isFiltered ? watched(db, this.#watch) : sqliteDialect
    this.total = count(db, query, dialect, this.#watch)
    this.equal =
      query.from && countThose(db, countEqual({ ...query, from: query.from }, dialect), this.#watch, query.timeoutMs)
    this.#statement = selectRows(query, place === 'process' ? sqliteDialect : dialect)
    // What does not fit the database is told here and not when the first row is asked for.
    db.prepare(this.#statement.sql)
    this.#booleans = query.columns.flatMap(({ type }, at) => (type === 'boolean' ? [at] : []))
    this.#isTimed = place === 'process' || isFiltered
  }

  /**
   * Some of the rows that are left, none at their end.
   *
   * @param timeoutMs for the first of them, in a thread
   */
  next(most = BATCH_ROWS, timeoutMs = STALL_MS): Cell[][] {
    const begun = performance.now()
    this.#watch.deadline = begun + timeoutMs
    this.#rows ??= this.#begin()
    const batch: Cell[][] = []
    let bytes = 0
    for (;;) {
      const result = this.#rows.next() as IteratorResult<unknown> | undefined
      // A text that is too long for JavaScript: node:sqlite does not say so.
      if (!result) throw new SourceFailure(TOO_LARGE)
      if (result.done) return batch
      // setReturnArrays makes the rows arrays of cells, which the type declarations do not know.
      const cells = result.value as Cell[]
      toPlainCells(cells, this.#booleans)
      bytes += sizeOf(cells)
      if (batch.push(cells) >= most || bytes >= BATCH_BYTES) return batch
      if (!this.#isTimed) continue
      const now = performance.now()
      if (now - begun > BATCH_MS) return batch
      this.#watch.deadline = now + STALL_MS
    }
  }

  close() {
    if (this.#db.isOpen) this.#db.close()
  }

  #begin() {
    const statement = this.#db.prepare(this.#statement.sql)
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    return statement.iterate(...(this.#statement.values as SQLInputValue[]))
  }
}

/** Begins to read in this thread; null when SQLite may compute for long there, and no one could stop it. */
export const openSwift = (path: string, query: RowQuery): Promise<SqliteReading | null> =>
  openFile(path, query.timeoutMs, (db) => {
    if (isSwift(db, query)) return new SqliteReading(db, query, 'thread')
    db.close()
    return null
  })

/** Begins to read whatever it takes, in a process that may be killed. */
export const openSqlite = (path: string, query: RowQuery): Promise<SqliteReading> =>
  openFile(path, query.timeoutMs, (db) => new SqliteReading(db, query, 'process'))

/**
 * Rows of a table in an order in which they or an index lie: SQLite comes back from each one, to a filter or with a row, and
 * then time limits are looked at and a thread can be ended. What a view or a query computes nobody knows, and to sort is
 * to be away for all rows.
 */
function isSwift(db: DatabaseSync, query: RowQuery): boolean {
  if (!isTable(db, query)) return false
  const isLong = query.tests.some(({ operator, values }) => operator === 'contains' && partLength(values[0]) > MAX_PART)
  if (isLong) return false
  addTimeFunction(db)
  const { sql, values } = selectRows(query, sqliteDialect)
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as SQLInputValue[]))
  return !plan.some(({ detail }) => String(detail).includes('TEMP B-TREE'))
}

const partLength = (part: Cell | undefined) => (part instanceof Uint8Array ? part.length : String(part).length)

function isTable(db: DatabaseSync, { relation }: RowQuery): boolean {
  if (!('table' in relation)) return false
  const kind = db.prepare('SELECT type FROM pragma_table_list(?)').get(relation.table)
  return kind?.['type'] === 'table'
}

function toPlainCells(cells: Cell[], booleans: number[]) {
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]
    if (typeof cell === 'bigint') cells[at] = plainNumber(cell)
  }
  for (const at of booleans) cells[at] = plainBoolean(cells[at] as Cell)
}

/** Set to a time of `performance.now()` to end the statement then, to null to let it be. */
interface Watch {
  deadline: number | null
}

/** Nothing but a function that is called for every row can end a statement of node:sqlite from within its thread. */
function watched(db: DatabaseSync, watch: Watch): Dialect {
  db.function('queue_ops_in_time', () => {
    if (watch.deadline !== null && performance.now() > watch.deadline) throw new SourceFailure(tooSlow)
    return 1
  })
  return { ...sqliteDialect, condition: 'queue_ops_in_time()' }
}

/** Only in tables: what a view or a query costs, nobody knows. */
function count(db: DatabaseSync, query: RowQuery, dialect: Dialect, watch: Watch): number | null {
  if (!isTable(db, query)) return null
  const counted = countThose(db, countRows(query, mostOf(query), dialect), watch, COUNT_TIMEOUT_MS)
  return totalOf(query, counted)
}

/** What a statement counts, null when that takes too long. */
function countThose(db: DatabaseSync, { sql, values }: Statement, watch: Watch, timeoutMs: number): number | null {
  watch.deadline = performance.now() + timeoutMs
  try {
    return Number(db.prepare(sql).get(...(values as SQLInputValue[]))?.['total'])
  } catch (cause) {
    if (cause instanceof SourceFailure) return null
    throw cause
  } finally {
    watch.deadline = null
  }
}
