import type { FoundJob, SearchLine } from '@queue-ops/server/contract'
import { counted, grouped } from '../numbers.ts'

/** How a search goes. */
export interface SearchState {
  /** The first of them, {@link MOST_SHOWN} at most. */
  found: FoundJob[]
  /** How many were found in all. */
  hits: number
  scanned: number
  /** Null until the first line has come. */
  total: number | null
  /** `given-up`: whoever asked did not want to wait. */
  state: 'running' | 'done' | 'given-up' | 'broken'
  /** Why not all was looked through. */
  why: string | null
}

export const begun: SearchState = { found: [], hits: 0, scanned: 0, total: null, state: 'running', why: null }

/** More are not shown: whoever has so many needs a narrower question. */
export const MOST_SHOWN = 500

export function afterLine(before: SearchState, { found, scanned, total, done, stopped }: SearchLine): SearchState {
  return {
    found: [...before.found, ...found].slice(0, MOST_SHOWN),
    hits: before.hits + found.length,
    scanned,
    total,
    state: done ? 'done' : before.state,
    why: stopped,
  }
}

/** One sentence: how much was looked through, and what was found in it. */
export function sentenceOf({ found, hits: all, scanned, total, state, why }: SearchState): string {
  const scannedOf = total === null ? '' : `scanned ${grouped(scanned)} of ${counted(total, 'job')}`
  const shown = all > found.length ? `, the first ${grouped(found.length)} are shown` : ''
  const hits = `${counted(all, 'job')} found${shown}`
  if (state === 'running') return total === null ? 'Searching …' : `Searching: ${scannedOf}, ${hits}.`
  if (state === 'broken') return why ?? 'The search broke off.'
  const said = [scannedOf, hits].filter(Boolean).join(', ')
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
  if (state === 'given-up') return `Stopped. ${sentence}`
  return why === null ? sentence : `${sentence} ${why}`
}
