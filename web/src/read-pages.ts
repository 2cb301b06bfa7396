import type { Said } from './ask-api.ts'

/** A list that comes in pages, as far as it was read. */
export interface Pages<P> {
  pages: P[]
  /** Whether there are more. */
  hasMore: boolean
}

interface Page {
  next_cursor: string | null
}

/** Reads the first `count` pages one after the other, since each tells where the next begins. */
export async function readPages<P extends Page>(
  count: number,
  askPage: (cursor: string | null) => Promise<Said<P>>,
): Promise<Said<Pages<P>>> {
  const pages: P[] = []
  let cursor: string | null = null
  do {
    const said: Said<P> = await askPage(cursor)
    if ('problem' in said) return said
    pages.push(said.answer)
    cursor = said.answer.next_cursor
  } while (cursor !== null && pages.length < count)
  return { answer: { pages, hasMore: cursor !== null } }
}
