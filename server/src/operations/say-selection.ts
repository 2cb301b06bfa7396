import type { DeadLetterSelection } from '../contract.ts'

/** So much of a text of somebody's stands in a list. */
const SHOWN_CHARS = 100

/**
 * What a selection is about, in a few words for people.
 *
 * @param error what the dead letters of its group have in common; unknown when the group was gone already
 */
export function saySelection({ ids, group, filter }: DeadLetterSelection, error?: string): string {
  if (ids) return ids.length === 1 ? `job ${cut(ids[0] ?? '')}` : `${ids.length} jobs by id`
  const within = group === undefined ? [] : [error ? `error "${cut(error)}"` : `group ${cut(group)}`]
  const parts = Object.entries(filter ?? {}).map(([name, value]) => `${name.replace('_', ' ')} ${cut(String(value))}`)
  return [...within, ...parts].join(', ') || 'all'
}

const cut = (text: string) => (text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS).toWellFormed()}…` : text)
