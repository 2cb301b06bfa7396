import { isSameKey } from '../kept-key.ts'
import type { Cell, SourceRows } from '../sources/source.ts'

/**
 * The rows behind the one with this key, which has to be the first of `found`, the very same and the only one: else null,
 * and `found` is closed. Wherever its source sorts otherwise than it compares, or gives a value that is another one when it
 * is asked for, this row is not met, and what would come behind it would not be all that is missing, or more.
 *
 * @param keyAt where in a row its key stands
 */
export async function rowsBehind(found: SourceRows, key: Cell[], keyAt: number[] | null): Promise<SourceRows | null> {
  const rest = found.batches()[Symbol.asyncIterator]()
  try {
    if (keyAt && found.equal === 1) {
      const { value: batch } = await rest.next()
      const first = (batch as Cell[][] | undefined)?.[0]
      if (
        batch &&
        first &&
        isSameKey(
          keyAt.map((at) => first[at] as Cell),
          key,
        )
      ) {
        return {
          total: found.total === null ? null : found.total - 1,
          equal: found.equal,
          batches: () => behindFirst(batch as Cell[][], rest),
          close: () => found.close(),
        }
      }
    }
  } catch (error) {
    await found.close()
    throw error
  }
  await found.close()
  return null
}

async function* behindFirst(batch: Cell[][], rest: AsyncIterator<Cell[][]>): AsyncGenerator<Cell[][]> {
  if (batch.length > 1) yield batch.slice(1)
  yield* { [Symbol.asyncIterator]: () => rest }
}
