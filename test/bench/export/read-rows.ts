import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { columns, TABLE } from './rows.ts'

export type Value = string | number | null

/**
 * As a careful user of a rival would read: row by row, and the big integers as texts, which costs less than reading all
 * integers as bigints and which every writer can write.
 */
const SELECT = `SELECT ${Object.keys(columns)
  .map((name) => (name === 'big' ? 'CAST(big AS TEXT) AS big' : name))
  .join(', ')} FROM ${TABLE} ORDER BY id`

export function* readArrays(database: string): Generator<Value[]> {
  yield* reading(database, (statement) => {
    statement.setReturnArrays(true)
    // setReturnArrays makes rows arrays, which the type declarations do not know.
    return statement.iterate() as Iterable<unknown> as Iterable<Value[]>
  })
}

export function* readObjects(database: string): Generator<Record<string, Value>> {
  yield* reading(database, (statement) => statement.iterate() as Iterable<Record<string, Value>>)
}

/** Exactly what is in the file, every integer a bigint. */
export function* readBigInts(database: string): Generator<unknown[]> {
  yield* reading(
    database,
    (statement) => {
      statement.setReturnArrays(true)
      statement.setReadBigInts(true)
      return statement.iterate() as Iterable<unknown> as Iterable<unknown[]>
    },
    `SELECT * FROM ${TABLE} ORDER BY id`,
  )
}

function* reading<T>(database: string, rows: (statement: StatementSync) => Iterable<T>, sql = SELECT): Generator<T> {
  const db = new DatabaseSync(database, { readOnly: true })
  try {
    yield* rows(db.prepare(sql))
  } finally {
    db.close()
  }
}
