import type { Queue } from 'bullmq'
import { askStore } from '../queue/ask-store.ts'
import type { DeadBeginning, DeadLetterStore, Death } from '../queue/dead-letter-store.ts'
import { readPiece } from './death-pieces.ts'
import { LOOKED_AT_CHARS } from './error-masks.ts'

/** What failed from this time on until that of the next chunk, the oldest first. */
export interface Chunk {
  from: number
  deaths: Death[]
  /** Of each the place of its group. */
  groups: number[]
}

/** The beginning of a chunk as the store has it now. */
export interface Piece {
  /** What was known, of the piece and what is later. */
  before: Chunk
  /** Null for those that were not known. */
  piece: Pick<Chunk, 'from' | 'deaths'> & { groups: (number | null)[] }
  /** What these tell, in the same order. */
  added: (DeadBeginning | null)[]
  /** What was known of the rest, null when there is none. */
  later: Chunk | null
}

interface From {
  queue: Queue
  deadLetters: DeadLetterStore
}

/**
 * Reads the dead letters of a chunk and what those of them tell that were not known, the next piece while the caller is busy with one.
 * Rejects with OpsError `store_unavailable`.
 */
export async function* readAhead(store: From, chunk: Chunk, to: number): AsyncGenerator<Piece, void> {
  const { queue, deadLetters } = store
  const page = (from: number) => quiet(readPiece(queue, deadLetters, { from, to }))
  const next = async (before: Chunk, reading: ReturnType<typeof page>) => {
    const { deaths, next: from } = await reading
    const later = from === null || from > to ? null : laterPart(before, from)
    const readingLater = later && page(later.from)
    const groups = groupsBefore(deaths, before)
    const added = await tell(
      store,
      deaths.filter((_death, at) => groups[at] === null),
    )
    return { before, piece: { from: before.from, deaths, groups }, added, later, readingLater }
  }
  let coming: ReturnType<typeof next> | null = next(chunk, page(chunk.from))
  while (coming) {
    const { readingLater, ...piece }: Awaited<ReturnType<typeof next>> = await coming
    coming = piece.later && readingLater && quiet(next(piece.later, readingLater))
    yield piece
  }
}

/** Whoever waits for it hears of its failure; nobody does when it is not needed any more. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

const key = ({ jobId, failedAt }: Death) => `${failedAt} ${jobId}`

function groupsBefore(deaths: readonly Death[], before: Chunk): (number | null)[] {
  if (before.deaths.length === 0) return deaths.map(() => null)
  const known = new Map(before.deaths.map((death, at) => [key(death), before.groups[at] ?? null]))
  return deaths.map((death) => known.get(key(death)) ?? null)
}

async function tell({ queue, deadLetters }: From, deaths: readonly Death[]): Promise<(DeadBeginning | null)[]> {
  const told: (DeadBeginning | null)[] = []
  while (told.length < deaths.length) {
    const part = deaths.slice(told.length)
    told.push(...(await askStore(queue, () => deadLetters.readBeginnings(part, LOOKED_AT_CHARS))))
  }
  return told
}

/** What a chunk knew of the time from then on. */
function laterPart({ deaths, groups }: Chunk, from: number): Chunk {
  const start = deaths.findIndex(({ failedAt }) => failedAt >= from)
  return start < 0
    ? { from, deaths: [], groups: [] }
    : { from, deaths: deaths.slice(start), groups: groups.slice(start) }
}
