import { useState } from 'react'
import type { Said } from './ask-api.ts'
import { readPages, type Pages } from './read-pages.ts'
import { useAsked, type Asked } from './use-asked.ts'

interface AskedPages<P> extends Asked<Pages<P>> {
  /** Reads one page more. */
  more(): void
}

/** A list that is read page by page, and anew as {@link useAsked} does. */
export function usePages<P extends { next_cursor: string | null }>(
  key: string,
  askPage: (cursor: string | null, stop: AbortSignal) => Promise<Said<P>>,
  pauseMs: (pages: P[]) => number | null,
): AskedPages<P> {
  const [wanted, setWanted] = useState({ key, count: 1 })
  const count = wanted.key === key ? wanted.count : 1
  const asked = useAsked<Pages<P>>(
    key,
    (stop) => readPages(count, (cursor) => askPage(cursor, stop)),
    ({ pages }) => pauseMs(pages),
  )
  const more = () => {
    setWanted({ key, count: count + 1 })
    asked.again()
  }
  return { ...asked, more }
}
