import type { Queue } from 'bullmq'
import { askStore } from '../queue/ask-store.ts'
import { STEP, type DeadLetterStore, type Death, type Span } from '../queue/dead-letter-store.ts'

/** The dead letters of the beginning of a span, in the order in which they failed. */
export interface Piece {
  deaths: Death[]
  /** Where the rest of the span begins; null when this was all. No dead letter before it is missing. */
  next: number | null
}

/**
 * Reads about {@link STEP} dead letters of a span, and all of those that failed in the same millisecond. Rejects with OpsError
 * `store_unavailable`.
 */
export async function readPiece(queue: Queue, deadLetters: DeadLetterStore, { from, to }: Span): Promise<Piece> {
  const deaths = await askStore(queue, () => deadLetters.page({ from, skip: 0, to }, STEP))
  const last = deaths.at(-1)
  if (!last || deaths.length < STEP) return { deaths, next: null }
  const before = deaths.filter(({ failedAt }) => failedAt < last.failedAt)
  if (before.length > 0) return { deaths: before, next: last.failedAt }
  const at = { from: last.failedAt, to: last.failedAt }
  for (let more = deaths; more.length === STEP;) {
    more = await askStore(queue, () => deadLetters.page({ ...at, skip: deaths.length }, STEP))
    deaths.push(...more)
  }
  return { deaths, next: timeAfter(last.failedAt) }
}

/** Times that somebody made up may be so large that the next millisecond is the same number. */
function timeAfter(time: number): number | null {
  if (time + 1 > time) return time + 1
  if (time === Infinity) return null
  return time === -Infinity ? -Number.MAX_VALUE : time + Math.abs(time) * Number.EPSILON
}

/** Reads all of a span, piece by piece. Rejects with OpsError `store_unavailable`. */
export async function* readPieces(
  queue: Queue,
  deadLetters: DeadLetterStore,
  { from, to }: Span,
): AsyncGenerator<Death[], void> {
  for (let next: number | null = from; next !== null && next <= to;) {
    const piece: Piece = await readPiece(queue, deadLetters, { from: next, to })
    yield piece.deaths
    next = piece.next
  }
}
