import { BATCH_ROWS } from './batch.ts'
import { ReaderProcess } from './reader-process.ts'
import { STALL_MS, type Cell, type RowQuery, type SourceRows } from './source.ts'

/** What the process knows of the rows when it has begun to read. */
export type Counted = Pick<SourceRows, 'total' | 'equal'>

/** How long the process is waited for beyond the time after which it should have given up a locked file itself. */
const GRACE_MS = 5000

/** Beside this file, and of its kind: the tests of this folder run what is not built. */
const PROGRAM = new URL(import.meta.url.replace('sqlite-remote.', 'sqlite-process.'))

/**
 * The rows of a query of a SQLite file, read in a process of its own, which is killed when it takes too long. Rejects with
 * what SQLite says, or with SourceFailure.
 *
 * @param failed what errors of the rows become
 */
export async function readRemotely(
  path: string,
  query: RowQuery,
  failed: (cause: unknown) => Error,
): Promise<SourceRows> {
  const process = new ReaderProcess(PROGRAM)
  const close = () => process.end(0)
  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      // The time limit is for the first row, not for a batch of them.
      let rows = await process.ask<Cell[][]>(query.timeoutMs, 'next', [1])
      while (rows.length > 0) {
        yield rows
        rows = await process.ask<Cell[][]>(STALL_MS, 'next', [BATCH_ROWS])
      }
    } catch (cause) {
      throw failed(cause)
    }
  }
  try {
    const counted = await process.ask<Counted>(query.timeoutMs + GRACE_MS, 'open', [path, query])
    return { ...counted, batches, close }
  } catch (error) {
    await close()
    throw error
  }
}
