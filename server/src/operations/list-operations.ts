import type { JobState, ListOperationsInput, ListOperationsOutput, OperationOutput } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { isRecord, type OperationJob, type OperationQueue } from './operation-job.ts'

const PAGE = 20

/** So many are read from the store at a time. */
const CHUNK = 50

/** So many that do not fit the filters are passed over for one page: it may have fewer then, and another one behind it. */
const MOST_PASSED = 1000

/** So many that are not over are told. */
const MOST_OPEN = 1000

/** In the order in which jobs pass them, in which they are read: one that moves on meanwhile is found. */
const OPEN = ['waiting', 'prioritized', 'delayed', 'active'] as const
const OVER = ['completed', 'failed'] as const

/** Where it stands in the list: by its end, those without one first; then by its beginning. */
interface Place {
  endedAt: number | null
  begunAt: number
  id: string
}

/** An operation as it stands in the store. */
export interface Kept {
  job: OperationJob
  state: JobState
}

interface Cursor extends Place {
  /** So many that are over were read before it, of each state: it is not looked for from the beginning. */
  read: [completed: number, failed: number]
}

/**
 * A page of the operations: those that are not over first, newest first, then the others by when they ended. One that ends between
 * two pages may be told twice, none is left out. Rejects with OpsError `invalid_input` (the cursor is none of ours) or
 * `store_unavailable`.
 */
export async function listOperations(
  records: OperationQueue,
  { cursor, queue, kind, state, limit = PAGE }: ListOperationsInput,
  tell: (kept: Kept) => Promise<OperationOutput>,
): Promise<ListOperationsOutput> {
  const fits = ({ job: { data }, state: is }: Kept) =>
    (queue === undefined || data.queue === queue) &&
    (kind === undefined || data.kind === kind) &&
    (state === undefined || stateOf(data, is) === state)
  const found: Kept[] = []
  let nextCursor: string | null = null
  const seen = new Set<string | undefined>()
  let passed = 0
  let before: Cursor | null = null
  for await (const { kept, place } of from(records, cursor === undefined ? null : readCursor(cursor))) {
    if (found.length === limit || passed === MOST_PASSED) {
      nextCursor = before && writeCursor(before)
      break
    }
    // One that has ended between two reads of the store comes twice.
    if (seen.has(kept.job.id)) continue
    seen.add(kept.job.id)
    if (fits(kept)) found.push(kept)
    else passed += 1
    before = place
  }
  return { operations: await Promise.all(found.map(tell)), next_cursor: nextCursor }
}

/** A record is over from its beginning, whatever workers have made of it by now. */
export function stateOf(data: OperationJob['data'], state: JobState): JobState {
  if (!isRecord(data)) return state
  return data.problem === null ? 'completed' : 'failed'
}

interface Item {
  kept: Kept
  place: Cursor
}

async function* from(records: OperationQueue, after: Cursor | null): AsyncGenerator<Item, void> {
  if (after === null || after.endedAt === null) {
    for (const kept of await open(records)) {
      const place: Cursor = { ...placeOf(kept), read: [0, 0] }
      if (after === null || compare(after, place) < 0) yield { kept, place }
    }
  }
  const read: Cursor['read'] = [...(after?.read ?? [0, 0])]
  const streams = OVER.map((state, at) => over(records, state, Math.max(0, (read[at] ?? 0) - CHUNK)))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    const next = heads
      .flatMap(({ value }, at) => (value ? [{ at, ...value, place: placeOf(value.kept) }] : []))
      .toSorted((a, b) => compare(a.place, b.place))[0]
    if (!next) return
    const { at, kept, place, index } = next
    read[at] = index + 1
    if (after === null || compare(after, place) < 0)
      yield { kept, place: { ...place, read: [...read] as Cursor['read'] } }
    heads[at] = (await streams[at]?.next()) ?? { value: undefined, done: true }
  }
}

async function open(records: OperationQueue): Promise<Kept[]> {
  const all: Kept[] = []
  for (const state of OPEN) {
    const jobs = await askStore(records, () => records.getJobs([state], 0, MOST_OPEN - 1))
    // One that is gone between the two reads of the store comes back as undefined, whatever its type says.
    all.push(...jobs.filter(Boolean).map((job) => ({ job, state })))
  }
  return all.toSorted((a, b) => compare(placeOf(a), placeOf(b)))
}

/** Those of one state, last ended first; of those that ended in the same moment in an order that is always the same. */
async function* over(
  records: OperationQueue,
  state: (typeof OVER)[number],
  begin: number,
): AsyncGenerator<{ kept: Kept; index: number }, undefined> {
  let same: { kept: Kept; index: number }[] = []
  for (let at = begin; ; at += CHUNK) {
    const start = at
    const jobs = await askStore(records, () => records.getJobs([state], start, start + CHUNK - 1))
    for (const [offset, job] of jobs.entries()) {
      if (!job) continue
      if (same[0] && same[0].kept.job.finishedOn !== job.finishedOn) {
        yield* same.toSorted((a, b) => compare(placeOf(a.kept), placeOf(b.kept)))
        same = []
      }
      same.push({ kept: { job, state }, index: at + offset })
    }
    if (jobs.length < CHUNK) break
  }
  yield* same.toSorted((a, b) => compare(placeOf(a.kept), placeOf(b.kept)))
  return undefined
}

const placeOf = ({ job }: Kept): Place => ({
  endedAt: job.finishedOn ?? null,
  begunAt: job.timestamp,
  id: job.id ?? '',
})

/** Below 0 when `a` stands before `b`. */
function compare(a: Place, b: Place): number {
  const [endA, endB] = [a.endedAt ?? Infinity, b.endedAt ?? Infinity]
  if (endA !== endB) return endB > endA ? 1 : -1
  return b.begunAt - a.begunAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

const writeCursor = ({ endedAt, begunAt, id, read }: Cursor) =>
  Buffer.from(JSON.stringify([endedAt, begunAt, id.slice(0, 100), ...read])).toString('base64url')

function readCursor(cursor: string): Cursor {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const [endedAt = null, begunAt, id, completed, failed] = parts
    const counts = [begunAt, completed, failed].every((count) => Number.isSafeInteger(count) && (count as number) >= 0)
    if (counts && typeof id === 'string' && (endedAt === null || Number.isSafeInteger(endedAt))) {
      const read = [completed, failed] as Cursor['read']
      return { endedAt: endedAt as number | null, begunAt: begunAt as number, id, read }
    }
  } catch {
    // Said below.
  }
  throw new OpsError('invalid_input', 'This cursor is not of this list: leave it out to begin at the first page.')
}
