import { countEqual, countRows, type Dialect, type Statement } from './sql.ts'
import type { RowQuery } from './source.ts'

/** Counting reads every row: up to so many it takes a moment, and progress without a total will do beyond. */
export const MAX_COUNTED_ROWS = 1_000_000

/** Counting what a filter leaves may take a whole scan; it is worth no more than this. */
export const COUNT_TIMEOUT_MS = 2000

/** A database that gives up a statement which takes too long: null. */
interface Patient {
  attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null>
}

/** How many rows a query gives, null when that takes too long or they are more than are counted. */
export async function countUpTo(db: Patient, query: RowQuery, dialect: Dialect): Promise<number | null> {
  const total = await countThose(db, countRows(query, mostOf(query), dialect), COUNT_TIMEOUT_MS)
  return totalOf(query, total)
}

/** As `equal` of SourceRows. */
export async function equalTo(db: Patient, query: RowQuery, dialect: Dialect): Promise<number | null> {
  const { from } = query
  return from && countThose(db, countEqual({ ...query, from }, dialect), query.timeoutMs)
}

/** What a statement counts, null when that takes too long. */
export async function countThose(db: Patient, { sql, values }: Statement, timeoutMs: number): Promise<number | null> {
  const counted = await db.attempt(timeoutMs, sql, values)
  return counted && Number(counted[0]?.[0])
}

/** How far the rows of a query are counted. */
export const mostOf = ({ limit }: RowQuery): number => Math.min(limit ?? MAX_COUNTED_ROWS, MAX_COUNTED_ROWS)

/** How many rows a query gives when {@link mostOf} and one of them were counted at most. */
export function totalOf(query: RowQuery, counted: number | null): number | null {
  if (counted === null || counted <= mostOf(query)) return counted
  return query.limit === null || query.limit > MAX_COUNTED_ROWS ? null : query.limit
}
