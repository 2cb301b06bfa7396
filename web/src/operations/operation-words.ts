import type { OperationOutput } from '@queue-ops/server/contract'
import { span } from '../age.ts'
import { counted, grouped } from '../numbers.ts'

interface KindWords {
  /** On the button that begins it. */
  verb: string
  /** What has been done to those that are done. */
  done: string
  /** What one of them is. */
  one: string
}

const kinds: Record<string, KindWords> = {
  retry: { verb: 'Retry', done: 'put back in line', one: 'dead letter' },
  discard: { verb: 'Discard', done: 'deleted', one: 'dead letter' },
  promote: { verb: 'Promote', done: 'promoted', one: 'delayed job' },
  pause: { verb: 'Pause', done: 'paused', one: 'queue' },
  resume: { verb: 'Resume', done: 'resumed', one: 'queue' },
  board: { verb: 'Bull Board', done: 'done', one: 'job' },
  export: { verb: 'Export', done: 'written', one: 'dead letter' },
}

/** How an operation of a kind is spoken of; one that this page does not know yet goes by its own name. */
export function wordsOf(kind: string): KindWords {
  return kinds[kind] ?? { verb: kind.charAt(0).toUpperCase() + kind.slice(1), done: 'done', one: 'job' }
}

/** Done at once, by a click: there is no progress to it. */
export const isAtOnce = ({ kind }: OperationOutput): boolean => ['pause', 'resume', 'export', 'board'].includes(kind)

export const isOver = ({ state }: OperationOutput): boolean => state === 'completed' || state === 'failed'

/** How much of it is settled, from 0 to 1; null while it is not known of how many. */
export function partOf({ total, done, gone, kept }: OperationOutput): number | null {
  if (total === null) return null
  return total === 0 ? 1 : Math.min(1, (done + gone + kept) / total)
}

/** One sentence: where the operation is. */
export function stateOf(operation: OperationOutput): string {
  const { state, cancelled, total, done, kind } = operation
  const { done: how } = wordsOf(kind)
  if (isAtOnce(operation)) return state === 'failed' ? failedAtOnce(operation) : doneAtOnce(operation)
  const ofAll = total === null ? grouped(done) : `${grouped(done)} of ${grouped(total)}`
  if (state === 'completed') return cancelled ? `Stopped: ${ofAll} ${how}.` : `Done: ${ofAll} ${how}.`
  if (state === 'failed') return `Failed: ${ofAll} ${how}.`
  if (cancelled) return `Being stopped: ${ofAll} ${how}.`
  if (state === 'active') return `Running: ${ofAll} ${how}.`
  if (state === 'delayed') return 'Interrupted: it goes on by itself in a few seconds.'
  return operation.ahead > 0
    ? `Waiting: ${counted(operation.ahead, 'other operation')} before it.`
    : 'Waiting to be begun.'
}

function doneAtOnce({ kind }: OperationOutput): string {
  if (kind === 'export') return 'Written to a file.'
  return kind === 'board' ? 'Done in Bull Board.' : `The queue was ${wordsOf(kind).done}.`
}

/** Why is said with the record. */
function failedAtOnce({ kind, done }: OperationOutput): string {
  if (kind === 'export') return `Failed: the file was not written to its end, ${counted(done, 'dead letter')} by then.`
  return kind === 'board' ? 'Failed in Bull Board.' : `Failed: the queue was not ${wordsOf(kind).done}.`
}

/** One word for a table. */
export function stateWord({ state, cancelled }: OperationOutput): string {
  if (state === 'completed') return cancelled ? 'stopped' : 'done'
  if (state === 'failed') return 'failed'
  if (cancelled) return 'stopping'
  return state === 'active' ? 'running' : state === 'delayed' ? 'interrupted' : 'waiting'
}

/** How long so many take at a rate, `about 12 min`; null for none. */
export function timeFor(count: number, perS: number | null): string | null {
  if (perS === null || perS <= 0) return null
  const seconds = count / perS
  return seconds < 1 ? 'less than a second' : `about ${span(seconds)}`
}

/** How long it still takes, by what it has achieved so far; null when that cannot be told. */
export function timeLeft({ total, done, gone, kept, per_s: perS, rate_per_s: rate, state }: OperationOutput) {
  if (total === null || state !== 'active') return null
  return timeFor(total - done - gone - kept, perS ?? rate)
}
