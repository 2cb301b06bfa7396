import { resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { BATCH_BYTES, BATCH_ROWS, plainBoolean, plainNumber, sizeOf } from './batch.ts'
import { SourceFailure, told, tooSlow } from './failure.ts'
import { countEqual, countRows, selectRows, type Dialect, type Statement } from './sql.ts'
import type { Cell, RowQuery, Source, SourceKind, SourceRows } from './source.ts'
import { describe } from './sqlite-describe.ts'
import { isBusy, sqliteFailure } from './sqlite-failure.ts'
import { sqliteDialect } from './sqlite-sql.ts'
import { addTimeFunction } from './sqlite-times.ts'

/** How often a locked file is tried again. SQLite's own waiting would hold the event loop. */
const BUSY_PAUSE_MS = 50

/** How long it takes at most to learn the columns of a file that somebody has locked. */
const DESCRIBE_TIMEOUT_MS = 1500

/** Counting reads every row: up to so many it takes a few milliseconds, and progress without a total will do beyond. */
const MAX_COUNTED_ROWS = 1_000_000

/** Counting what a filter leaves may take a whole scan; it is worth no more than this. */
const COUNT_TIMEOUT_MS = 2000

const SCHEME = 'sqlite:'

export const sqlite: SourceKind = {
  schemes: [SCHEME],
  example: `${SCHEME}./shop.sqlite`,
  reads: ['table', 'query'],
  open(url, folder, dataset) {
    if (url.length === SCHEME.length) throw new Error(`names no file: write ${sqlite.example}`)
    return sqliteSource(resolve(folder, url.slice(SCHEME.length)), dataset)
  },
}

/** A SQLite file. It is opened read-only and only while it is used. */
function sqliteSource(path: string, dataset: string): Source {
  const failed = (cause: unknown) => told(dataset, cause, sqliteFailure)

  const withFile = async <T>(
    timeoutMs: number,
    use: (db: DatabaseSync) => T,
  ): Promise<{ db: DatabaseSync; used: T }> => {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      let db: DatabaseSync | undefined
      try {
        db = new DatabaseSync(path, { readOnly: true, timeout: 0 })
        return { db, used: use(db) }
      } catch (cause) {
        db?.close()
        if (!isBusy(cause) || performance.now() > deadline) throw failed(cause)
        await pause(BUSY_PAUSE_MS)
      }
    }
  }

  return {
    dynamic: true,
    async describe(relation) {
      const { db, used } = await withFile(DESCRIBE_TIMEOUT_MS, (db) => describe(db, relation))
      db.close()
      return used
    },
    async read(query) {
      const { db, used } = await withFile(query.timeoutMs, (db) => begin(db, query))
      return rowsOf(db, used, query, failed)
    },
  }
}

interface Reading extends Statement {
  total: number | null
  equal: number | null
  /** Set to a time of `performance.now()` to end the statement then, to null to let it be. */
  watch: Watch
}

interface Watch {
  deadline: number | null
}

/** One read transaction: the count and the rows are of the same moment. */
function begin(db: DatabaseSync, query: RowQuery): Reading {
  addTimeFunction(db)
  db.exec('BEGIN')
  const watch: Watch = { deadline: null }
  const dialect = isAtOnce(db, query) ? sqliteDialect : watched(db, watch)
  const total = count(db, query, dialect, watch)
  const equal =
    query.from && countThose(db, countEqual({ ...query, from: query.from }, dialect), watch, query.timeoutMs)
  const select = selectRows(query, dialect)
  // What does not fit the database is told here and not when the first row is asked for.
  db.prepare(select.sql)
  return { ...select, total, equal, watch }
}

function rowsOf(
  db: DatabaseSync,
  { sql, values, total, equal, watch }: Reading,
  query: RowQuery,
  failed: (cause: unknown) => Error,
): SourceRows {
  const booleans = query.columns.flatMap(({ type }, at) => (type === 'boolean' ? [at] : []))
  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      const statement = db.prepare(sql)
      statement.setReturnArrays(true)
      statement.setReadBigInts(true)
      watch.deadline = performance.now() + query.timeoutMs
      let batch: Cell[][] = []
      let bytes = 0
      for (const row of statement.iterate(...(values as SQLInputValue[]))) {
        watch.deadline = null
        // setReturnArrays makes the rows arrays of cells, which the type declarations do not know.
        const cells = row as unknown as Cell[]
        toPlainCells(cells, booleans)
        bytes += sizeOf(cells)
        if (batch.push(cells) < BATCH_ROWS && bytes < BATCH_BYTES) continue
        yield batch
        batch = []
        bytes = 0
        await nextTurn()
      }
      if (batch.length > 0) yield batch
    } catch (cause) {
      throw failed(cause)
    }
  }
  return {
    total,
    equal,
    batches,
    async close() {
      if (db.isOpen) db.close()
    },
  }
}

function toPlainCells(cells: Cell[], booleans: number[]) {
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]
    if (typeof cell === 'bigint') cells[at] = plainNumber(cell)
  }
  for (const at of booleans) cells[at] = plainBoolean(cells[at] as Cell)
}

/** All rows of a table in the order in which they lie: the first one is there at once. */
function isAtOnce(db: DatabaseSync, { relation, tests, order }: RowQuery): boolean {
  if (!('table' in relation) || tests.length > 0) return false
  const key = order.length > 0 ? describe(db, relation).key : []
  return order.every(({ column, descending }, at) => !descending && column === key?.[at])
}

/** Nothing but a function that is called for every row can end a statement of node:sqlite before it has a first one. */
function watched(db: DatabaseSync, watch: Watch): Dialect {
  db.function('queue_ops_in_time', () => {
    if (watch.deadline !== null && performance.now() > watch.deadline) throw new SourceFailure(tooSlow)
    return 1
  })
  return { ...sqliteDialect, condition: 'queue_ops_in_time()' }
}

/** Only in tables: what a view or a query costs, nobody knows. */
function count(db: DatabaseSync, query: RowQuery, dialect: Dialect, watch: Watch): number | null {
  if (!('table' in query.relation)) return null
  const kind = db.prepare('SELECT type FROM pragma_table_list(?)').get(query.relation.table)
  if (kind?.['type'] !== 'table') return null
  const most = Math.min(query.limit ?? MAX_COUNTED_ROWS, MAX_COUNTED_ROWS)
  const total = countThose(db, countRows(query, most, dialect), watch, COUNT_TIMEOUT_MS)
  if (total === null || total <= most) return total
  return query.limit === null || query.limit > MAX_COUNTED_ROWS ? null : query.limit
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
