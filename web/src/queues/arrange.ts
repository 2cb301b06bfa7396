import type { QueueSnapshot } from '@queue-ops/server/contract'
import { columns, type Column } from './columns.ts'

/** How the table is narrowed and sorted, as it stands in the address. */
export interface Arrangement {
  filter: string
  /** Null: what is not well first, else as they come. */
  sort: { key: string; isDescending: boolean } | null
}

export function readArrangement(query: URLSearchParams): Arrangement {
  const sort = query.get('sort') ?? ''
  const key = sort.replace(/^-/, '')
  const isKnown = columns.some((column) => column.key === key)
  return { filter: query.get('q') ?? '', sort: isKnown ? { key, isDescending: sort.startsWith('-') } : null }
}

/** What {@link readArrangement} reads. */
export function arrangementQuery({ filter, sort }: Arrangement): Record<string, string | null> {
  return { q: filter || null, sort: sort && `${sort.isDescending ? '-' : ''}${sort.key}` }
}

/** The largest number first, names from A; the other way when it was that way already. */
export function sortedBy({ key, isNumber }: Column, before: Arrangement['sort']): Arrangement['sort'] {
  return { key, isDescending: before?.key === key ? !before.isDescending : isNumber }
}

/** Those that are wanted, in the wanted order; what is equal stays as it came. */
export function arrange(queues: readonly QueueSnapshot[], { filter, sort }: Arrangement): QueueSnapshot[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const wanted = queues.filter((queue) => words.every((word) => textOf(queue).includes(word)))
  const { key, isDescending } = sort ?? { key: 'status', isDescending: true }
  const column = columns.find((column) => column.key === key)
  return column ? wanted.toSorted((a, b) => compare(column.value(a), column.value(b), isDescending)) : wanted
}

/** Its name and what stands in words in its row. */
const textOf = ({ queue, status, paused }: QueueSnapshot): string =>
  `${queue} ${status ?? 'not judged'} ${paused ? 'paused' : ''}`.toLowerCase()

type Value = string | number | null

function compare(a: Value, b: Value, isDescending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const ascending = typeof a === 'string' ? a.localeCompare(String(b), 'en', { numeric: true }) : a - Number(b)
  return isDescending ? -ascending : ascending
}
