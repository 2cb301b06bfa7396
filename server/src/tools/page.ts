import { createHash } from 'node:crypto'
import { OpsError } from '../errors.ts'

const PAGE = 20

/** What the items of one answer may take as JSON: it goes out twice, as text and as structured content, in 25 KB. */
const PAGE_BYTES = 10_000

export interface PageInput {
  /** Default 20. */
  limit?: number | undefined
  cursor?: string | undefined
}

/** Names may be as long as those who give them like, cursors not: of a longer one its hash stands in them. */
const LONGEST_NAME_BYTES = 200

/** Where a page begins: behind the item of this name, or at this place when it has gone since. */
type Place = [name: string, at: number]

/**
 * A part of a list that may change between two calls. Throws OpsError `invalid_input` when the cursor is none of ours.
 *
 * @param nameOf is unique in the list
 */
export function pageOf<T>(
  list: T[],
  nameOf: (item: T) => string,
  { limit = PAGE, cursor }: PageInput,
): { items: T[]; nextCursor: string | null } {
  const start =
    cursor === undefined
      ? 0
      : startOf(
          list.map((item) => short(nameOf(item))),
          readCursor(cursor),
        )
  const items = list.slice(start, start + limit)
  const last = items.at(-1)
  const end = start + items.length
  return { items, nextCursor: last && end < list.length ? writeCursor([short(nameOf(last)), end]) : null }
}

/** As many of the first items as fit into one answer, and always one. */
export function thoseThatFit<T>(items: T[], bytes = PAGE_BYTES): T[] {
  let left = bytes
  const end = items.findIndex((item, at) => {
    left -= Buffer.byteLength(JSON.stringify(item))
    return left < 0 && at > 0
  })
  return end < 0 ? items : items.slice(0, end)
}

function short(name: string): string {
  if (name.length <= LONGEST_NAME_BYTES && bytesOf(name) <= LONGEST_NAME_BYTES) return name
  return createHash('sha256').update(name).digest('hex')
}

const bytesOf = (name: string) => Buffer.byteLength(JSON.stringify(name))

function startOf(names: string[], [name, at]: Place): number {
  const found = names.indexOf(name)
  return found < 0 ? at : found + 1
}

const writeCursor = (place: Place) => Buffer.from(JSON.stringify(place)).toString('base64url')

function readCursor(cursor: string): Place {
  try {
    const [name, at] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof name === 'string' && Number.isSafeInteger(at) && (at as number) >= 0) return [name, at as number]
  } catch {
    // Said below.
  }
  throw new OpsError('invalid_input', 'This cursor is not of this list: leave it out to begin at the first page.')
}
