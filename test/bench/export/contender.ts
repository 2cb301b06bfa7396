import type { BenchData } from './bench-data.ts'

/** What kind of file is written; `rows`: none, the rows are read only. */
export type FileKind = 'csv' | 'json' | 'ndjson' | 'xlsx' | 'parquet' | 'rows'

/** Writes all rows of the data to a file that does not exist yet. */
export type Write = (data: BenchData, file: string) => Promise<void>

/** A writer that is measured. */
export interface Contender {
  id: string
  name: string
  kind: FileKind
  /** Why it cannot be measured, if so. */
  absent?(): string | undefined
  /** Of its library, for the head of the report; only asked when it is not absent. */
  version?(): string
  /** Holds the whole file in memory and needs a heap of so many MiB. */
  heapMiB?: number
  /** Loads what it needs, which does not count. */
  load(): Promise<Write>
}
