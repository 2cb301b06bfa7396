import type { DeadLetterSelection } from '@queue-ops/server/contract'
import { dateAndTime } from '../instant.ts'

/** Between which times dead letters have failed; null: without an end there. */
export interface TimeWindow {
  after: string | null
  before: string | null
}

/** What the address says. Somebody may have typed it: what is no time counts as none. */
export function windowOf(query: URLSearchParams): TimeWindow {
  return { after: instantOf(query.get('failed_after')), before: instantOf(query.get('failed_before')) }
}

function instantOf(text: string | null): string | null {
  const at = text === null ? NaN : Date.parse(text)
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}

export const queryOf = ({ after, before }: TimeWindow) => ({ failed_after: after, failed_before: before })

export const isOpen = ({ after, before }: TimeWindow): boolean => after === null && before === null

/** `failed after 24 Nov 2026, 14:05:00 UTC`; of everything nothing has to be said. Without a zone it is the reader's. */
export function windowWords({ after, before }: TimeWindow, zone: string | undefined): string {
  const ends = [after && `after ${dateAndTime(after, zone)}`, before && `before ${dateAndTime(before, zone)}`].filter(
    Boolean,
  )
  return ends.length === 0 ? '' : `failed ${ends.join(' and ')}`
}

/** What the tools take for the dead letters of a window. */
export function selectionOf({ after, before }: TimeWindow): DeadLetterSelection {
  return { filter: { ...(after && { failed_after: after }), ...(before && { failed_before: before }) } }
}
