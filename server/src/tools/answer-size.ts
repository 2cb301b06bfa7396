import { pageOf, type PageInput } from './page.ts'

/**
 * So large is what a tool answers at most, in bytes of JSON: it is sent as a structure and once more as text, in which quotes
 * and line breaks take twice the room, and hosts refuse what is much larger than 25 KB.
 */
export const MAX_ANSWER_BYTES = 8000

/** How large a value is in an answer, without the quotes around a text. */
export const bytesInAnswer = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(value) ?? '') - (typeof value === 'string' ? 2 : 0)

/**
 * A page of a list that is not larger than an answer may be, though it has one item at least. Throws OpsError
 * `invalid_input` when the cursor is none of ours.
 *
 * @param tell how an item stands in the answer
 */
export function pageWithin<T, Told>(
  list: T[],
  nameOf: (item: T) => string,
  { limit = 20, cursor }: PageInput,
  tell: (item: T) => Told,
): { items: Told[]; nextCursor: string | null } {
  for (let size = limit; ; size = Math.floor(size / 2)) {
    const { items, nextCursor } = pageOf(list, nameOf, { limit: size, cursor })
    const told = items.map(tell)
    if (size === 1 || bytesInAnswer(told) <= MAX_ANSWER_BYTES) return { items: told, nextCursor }
  }
}
