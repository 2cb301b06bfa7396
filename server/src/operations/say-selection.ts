import type { DeadLetterSelection } from '../contract.ts'

/** So much of a text of somebody's stands in a list. */
const SHOWN_CHARS = 100

/** What a selection is about, in a few words for people. */
export function saySelection({ ids, group, filter }: DeadLetterSelection): string {
  if (ids) return ids.length === 1 ? `job ${cut(ids[0] ?? '')}` : `${ids.length} jobs by id`
  const within = group === undefined ? [] : [`group ${cut(group)}`]
  const parts = Object.entries(filter ?? {}).map(([name, value]) => `${name.replace('_', ' ')} ${cut(String(value))}`)
  return [...within, ...parts].join(', ') || 'all'
}

const cut = (text: string) => (text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS).toWellFormed()}…` : text)
