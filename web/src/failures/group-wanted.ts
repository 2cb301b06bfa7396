import type { FailureGroup } from '@queue-ops/server/contract'
import type { Wanted } from '../operations/wanted.ts'
import { isOpen, selectionOf, windowWords, type TimeWindow } from './time-window.ts'

/** Something done with all dead letters of a group, or with those of a window. */
export function groupWanted(
  kind: Wanted['kind'],
  queue: string,
  { group, pattern }: Pick<FailureGroup, 'group' | 'pattern'>,
  window: TimeWindow,
  zone: string | undefined,
): Wanted {
  const about = [`Those with the error “${pattern}”`, windowWords(window, zone)].filter(Boolean).join(', ')
  if (isOpen(window)) return { kind, queue, selection: { group }, about }
  return { kind, queue, selection: { group, ...selectionOf(window) }, about }
}
