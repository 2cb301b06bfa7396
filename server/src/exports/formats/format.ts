import type { Column, FileOptions } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'

/** What a file is made of. */
export interface Table {
  columns: Column[]
  options: FileOptions
}

/**
 * A format that writes row behind row, so that an unfinished file can be continued behind any of them. Rows may have more
 * cells than there are columns: those are not written.
 */
export interface RowFormat {
  /** MIME type of the file. */
  contentType: string
  begin(table: Table): RowWriter
}

export interface RowWriter {
  /** What stands before the first row. */
  head(): string
  /** @param written how many rows stand in the file already */
  rows(batch: Cell[][], written: number): string
  /** What stands behind the last row. */
  tail(written: number): string
}

/** A format whose bytes do not follow the rows one by one. */
export interface ContainerFormat {
  contentType: string
  /**
   * Gives the file piece by piece while the rows come in; never holds more than a few batches, or a group of rows of
   * bounded size.
   *
   * @param note to be told, in a sentence, what a reader of the file should know
   */
  render(table: Table, batches: AsyncIterable<Cell[][]>, note: (sentence: string) => void): AsyncIterable<Uint8Array>
}

export type Format = RowFormat | ContainerFormat
