import type { ColumnType } from '../../contract.ts'
import type { Quoting } from './query-parameters.ts'

/**
 * One cell as a source gives it, by the type of its column: `integer` a number, a bigint beyond 2^53; `real` a number;
 * `decimal` a text of exact digits; `date`, `time`, `timestamp`, `datetime` ISO 8601 texts, `timestamp` in UTC with `Z`;
 * `json` its text; `binary` bytes. A source whose columns hold values of any type (SQLite) gives each as what it is.
 */
export type Cell = string | number | bigint | boolean | Uint8Array | null

/** A value that is bound to a statement, never put into its text. */
export type Bindable = string | number | bigint | boolean | null

export interface SourceColumn {
  name: string
  type: ColumnType
  /** As the source declares it. */
  sourceType: string
  /**
   * Reading cannot go on behind a value of it, since it is sorted otherwise than it is compared with a value that is bound,
   * or is another value when it is.
   */
  isUnordered?: boolean
}

/**
 * What rows are read from: a table or view (with its schema in front where there are some: `sales.orders`), a query, in
 * which `:name` stands for the parameter of that name, or all that a source has when it is nothing but rows (a Parquet
 * file, a queue).
 */
export type Relation = { table: string } | ParametrisedQuery | { whole: true }

export interface ParametrisedQuery {
  query: string
  parameters: Record<string, Bindable>
  /** What the parameters hold, where that is known: it makes their comparison exact. */
  types?: Record<string, ColumnType>
}

export type RelationKind = 'table' | 'query' | 'whole'

export interface Order {
  column: string
  descending: boolean
}

/** What a source knows of a relation. */
export interface Description {
  columns: SourceColumn[]
  /**
   * Columns that are unique together, never null, in an order and cheap to sort by, so that reading can go on behind any row; null
   * when there are none. They may be no columns that `columns` lists (SQLite's `_rowid_`).
   */
  key: string[] | null
}

export type TestOperator =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'in'
  | 'not_in'
  | 'prefix'
  | 'contains'
  | 'is_null'
  | 'not_null'

/** One condition on a column that is known to exist. `values`: none for the null tests, several for `in` and `not_in`. */
export interface Test {
  column: { name: string; type: ColumnType }
  operator: TestOperator
  /** In the shape of a {@link Cell} of the column's type; of a source with dynamic types also numbers and booleans. */
  values: Cell[]
}

/** A row with which reading begins, and by which rows are ordered. */
export interface FirstRow {
  columns: string[]
  /** As they were read, none of them null. */
  values: Cell[]
  /** Whether the columns may be null in other rows: an operator may be wrong. */
  mayBeNull: boolean
}

/** Rows that are asked for. Every name in it comes from a {@link Description} or the datasets file. */
export interface RowQuery {
  relation: Relation
  columns: { name: string; type: ColumnType }[]
  /** All must hold. */
  tests: Test[]
  order: Order[]
  /** Only the row with these values of these columns and those behind it, in their ascending order. */
  from: FirstRow | null
  limit: number | null
  /** How long the source may take until the first row, in milliseconds. Later it may be silent for {@link STALL_MS}. */
  timeoutMs: number
}

/** Rows being read. Close it whatever happens. */
export interface SourceRows {
  /** How many rows there will be, null when the source cannot tell cheaply. */
  total: number | null
  /** How many of them, up to two, the source takes for equal to `from` of the query; null when that has none. */
  equal: number | null
  /**
   * The rows in batches of some hundreds to a few thousand, each cell in the order of the query's columns, all of one
   * consistent view. Nothing more is read from the source while nobody asks for the next batch.
   */
  batches(): AsyncIterable<Cell[][]>
  /** Ends the reading wherever it is, at the server too. May be called twice. */
  close(): Promise<void>
}

/**
 * How long a source may be silent between two batches, and how long a server keeps a reader who asks for nothing, in
 * milliseconds: what is slower than this is broken, or the disk that the export is written to.
 */
export const STALL_MS = 600_000

/**
 * A place where rows come from. Both calls reject with OpsError: `dataset_unreadable` when it may be well again later,
 * `dataset_broken` when trying again cannot mend it (missing table, bad credentials), `invalid_input` when the value of a
 * filter cannot be one of its column. Messages hold no host, path, user or password.
 */
export interface Source {
  /** Whether any column may hold values of any type, whatever it is declared for (SQLite). */
  readonly dynamic?: boolean
  /** Whether each call starts a process, so that only a few should be made at a time. */
  readonly startsProcess?: boolean
  /** @param timeoutMs how long whoever asks waits for a source that is not there for the moment (a locked file) */
  describe(relation: Relation, timeoutMs?: number): Promise<Description>
  read(query: RowQuery): Promise<SourceRows>
}

/** A kind of source. */
export interface SourceKind {
  /** What its URLs start with, such as `sqlite:`. */
  schemes: string[]
  /** What a URL of it looks like, for people. */
  example: string
  /** What its sources can be asked for. */
  reads: RelationKind[]
  /** How its queries quote; default: as the standard says. */
  quoting?: Quoting
  /**
   * @param url starts with one of `schemes`
   * @param folder where relative paths in it start
   * @param dataset what error messages call it
   * @throws Error whose message says what is wrong with the URL
   */
  open(url: string, folder: string, dataset: string): Source
}
