import type { Column, FilterValue } from '../../contract.ts'
import { OpsError } from '../../errors.ts'

/** One cell as a source gives it. Integers beyond 2^53 are bigint, everything else that is a number is number. */
export type Cell = string | number | bigint | Uint8Array | null

/** A table or view that can be exported. */
export interface Dataset {
  /** What clients call it. */
  name: string
  description: string
  /** Reads the columns now. Throws OpsError `dataset_unreadable`. */
  columns(): Column[]
  /**
   * Opens one consistent view of the rows where every filtered column equals its value. Throws OpsError
   * `dataset_unreadable`, or `invalid_input` when a filter names a column that is not there.
   */
  open(filters: Record<string, FilterValue>): Rows
}

/** Rows being read. Close it whatever happens. */
export interface Rows {
  columns: Column[]
  /** How many rows there will be, null when the source cannot tell cheaply. */
  total: number | null
  /** The rows in batches, each cell in the order of `columns`; lets the event loop turn between two batches. */
  batches(): AsyncIterable<Cell[][]>
  close(): void
}

/** Throws OpsError `invalid_input`, naming the columns that exist, when a filter is about one that does not. */
export function refuseUnknownColumns(dataset: string, columns: Column[], filters: Record<string, FilterValue>): void {
  const known = columns.map((column) => column.name)
  const unknown = Object.keys(filters).filter((column) => !known.includes(column))
  if (unknown.length === 0) return
  const named = unknown.map((column) => `"${column}"`).join(', ')
  throw new OpsError(
    'invalid_input',
    `Dataset "${dataset}" has no column ${named}; its columns are: ${known.join(', ')}.`,
  )
}
