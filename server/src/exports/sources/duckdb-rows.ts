import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { BATCH_BYTES, sizeOf } from './batch.ts'
import type { Cell } from './source.ts'

/** The rows of a statement that is run as they are asked for. */
export class DuckRows {
  readonly #result: DuckDBResult
  #chunk: DuckDBDataChunk | null = null
  #at = 0

  constructor(result: DuckDBResult) {
    // Of a result that does not stream, nobody could tell whether it is whole.
    if (!result.isStreaming) throw new Error('DuckDB does not stream the rows of this statement')
    this.#result = result
  }

  /**
   * Some of the rows that are left, about {@link BATCH_BYTES} at most: the 2,048 rows that DuckDB gives at once may be large. None
   * when there are no more, be it that they have ended or that {@link hasFailed}.
   */
  async next(): Promise<unknown[][]> {
    if (!this.#chunk || this.#at >= this.#chunk.rowCount) await this.#fetch()
    const rows: unknown[][] = []
    const chunk = this.#chunk
    if (!chunk) return rows
    for (let bytes = 0; this.#at < chunk.rowCount && bytes < BATCH_BYTES; this.#at++) {
      const row = chunk.getRowValues(this.#at)
      bytes += sizeOf(row as Cell[])
      rows.push(row)
    }
    return rows
  }

  /**
   * Whether the rows have ended too early. DuckDB gives no chunk in either case, and its package does not pass the error on; but
   * a result with an error is none that streams (`duckdb_result_is_streaming` of its C API).
   */
  hasFailed(): boolean {
    return !this.#result.isStreaming
  }

  async #fetch() {
    // Its memory is not the garbage collector's, which would not hurry.
    this.#chunk?.reset()
    this.#chunk = null
    this.#chunk = await this.#result.fetchChunk()
    this.#at = 0
  }
}
