import type { Column } from '../../contract.ts'
import type { Cell } from '../datasets/dataset.ts'

/** How rows become the bytes of a file. */
export interface Format {
  /** MIME type of the file. */
  contentType: string
  /** Gives the file piece by piece while the rows come in; never holds more than a few batches. */
  render(columns: Column[], batches: AsyncIterable<Cell[][]>): AsyncIterable<string | Uint8Array>
}
