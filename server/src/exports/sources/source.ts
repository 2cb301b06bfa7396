import type { ColumnType } from '../../contract.ts'

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
}

/** What rows are read from. In a query, `:name` stands for the parameter of that name. */
export type Relation = { table: string } | { query: string; parameters: Record<string, Bindable> }

/** What a source knows of a relation. */
export interface Description {
  columns: SourceColumn[]
  /**
   * Columns that are unique together, never null and cheap to sort by, so that reading can go on behind any row; null
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
  values: Bindable[]
}

/** Rows that are asked for. Every name in it comes from a {@link Description} or the datasets file. */
export interface RowQuery {
  relation: Relation
  columns: { name: string; type: ColumnType }[]
  /** All must hold. */
  tests: Test[]
  order: { column: string; descending: boolean }[]
  /** Only rows behind the one with these values of these columns, in their ascending order. */
  after: { columns: string[]; values: Cell[] } | null
  limit: number | null
  /** How long the source may take until the first row, in milliseconds. */
  timeoutMs: number
}

/** Rows being read. Close it whatever happens. */
export interface SourceRows {
  /** How many rows there will be, null when the source cannot tell cheaply. */
  total: number | null
  /**
   * The rows in batches of some hundreds to a few thousand, each cell in the order of the query's columns, all of one
   * consistent view. Nothing more is read from the source while nobody asks for the next batch.
   */
  batches(): AsyncIterable<Cell[][]>
  close(): Promise<void>
}

/**
 * A place where rows come from. Both calls reject with OpsError: `dataset_unreadable` when it may be well again later,
 * `dataset_broken` when trying again cannot mend it (missing table, bad credentials). Messages hold no host, path, user
 * or password.
 */
export interface Source {
  describe(relation: Relation): Promise<Description>
  read(query: RowQuery): Promise<SourceRows>
}

/** A kind of source. */
export interface SourceKind {
  /** What its URLs start with, such as `sqlite:`. */
  schemes: string[]
  /** What a URL of it looks like, for people. */
  example: string
  /**
   * @param url starts with one of `schemes`
   * @param folder where relative paths in it start
   * @param dataset what error messages call it
   * @throws Error whose message says what is wrong with the URL
   */
  open(url: string, folder: string, dataset: string): Source
}
