import type { Queue } from 'bullmq'
import type { DeadLetterSelection, OperationAction } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import {
  inParts,
  MAX_DEAD_LETTERS,
  STEP,
  type DeadJob,
  type DeadLetterStore,
  type Death,
  type Listed,
} from '../queue/dead-letter-store.ts'
import { readPieces } from './death-pieces.ts'
import { isIn, spanOf } from './failure-groups.ts'
import type { Failures } from './failures.ts'
import { readInSteps } from './look-through.ts'

type Filter = NonNullable<DeadLetterSelection['filter']>

/** What to do with which jobs. */
interface Chosen {
  kind: OperationAction
  selection: DeadLetterSelection
}

/** Refuses a selection that is none, or more than one, though a filter may narrow a group: OpsError `invalid_input`. */
export function requireOne({ kind, selection: { ids, group, filter } }: Chosen): void {
  const narrows = kind !== 'promote' && group !== undefined && ids === undefined
  if ([ids, group, narrows ? undefined : filter].filter((part) => part !== undefined).length === 1) return
  throw new OpsError(
    'invalid_input',
    kind === 'promote'
      ? 'Say which delayed jobs: give ids, or filter {}, which is all.'
      : 'Say which dead letters: give ids, group or filter, one of them, or a group with a filter that narrows it; filter {} is all.',
  )
}

/**
 * Makes the list of what a selection is about, at most {@link MAX_DEAD_LETTERS} of them, and tells what is on it, with `sample` of
 * the first. Rejects with OpsError `store_unavailable`, also when the store has lost what was on the list meanwhile.
 */
export async function choose(
  queue: Queue,
  deadLetters: DeadLetterStore,
  failures: Failures,
  operation: string,
  { kind, selection }: Chosen,
  sample: number,
): Promise<Listed> {
  if (isAll(selection)) {
    const all = kind === 'promote' ? deadLetters.chooseAllDelayed : deadLetters.chooseAll
    return askStore(queue, () => all(operation, MAX_DEAD_LETTERS, sample))
  }
  const parts = partsOf(queue, deadLetters, failures, kind, selection)
  let count = 0
  for await (const part of parts) {
    const before = count
    const chosen = part.slice(0, MAX_DEAD_LETTERS - before)
    if (chosen.length > 0)
      count = requireKept(await askStore(queue, () => deadLetters.choose(operation, chosen, before)))
    if (count === MAX_DEAD_LETTERS) break
  }
  if (count === 0) return { count, oldest: [], newest: null }
  return requireKept(await askStore(queue, () => deadLetters.finish(operation, count, sample)))
}

function requireKept<T>(kept: T | null): T {
  if (kept !== null) return kept
  throw new OpsError(
    'store_unavailable',
    'The queue store has lost what this preview had put down in it so far: repeat the call for a new preview.',
  )
}

const isAll = ({ ids, group, filter }: DeadLetterSelection) =>
  !ids && group === undefined && Object.keys(filter ?? {}).length === 0

/** Those that a selection of not all is about, of those that are there when it begins; at most a step at a time. */
function partsOf(
  queue: Queue,
  deadLetters: DeadLetterStore,
  failures: Failures,
  kind: OperationAction,
  selection: DeadLetterSelection,
): AsyncGenerator<Death[], void> {
  if (kind === 'promote') return findAll(queue, deadLetters.findDelayed, selection.ids ?? [])
  return readSelected(queue, deadLetters, failures, selection)
}

/**
 * The dead letters that a selection is about, the oldest first, a part after the other; those that there are when it begins. Rejects
 * with OpsError `store_unavailable`.
 */
export async function* readSelected(
  queue: Queue,
  deadLetters: DeadLetterStore,
  failures: Failures,
  selection: DeadLetterSelection,
): AsyncGenerator<Death[], void> {
  const { ids, filter } = selection
  if (ids) yield* findAll(queue, deadLetters.find, ids)
  else yield* readFitting(queue, deadLetters, filter ?? {}, await groupOrAll(queue, deadLetters, failures, selection))
}

async function* findAll(queue: Queue, find: DeadLetterStore['find'], ids: readonly string[]) {
  const found = await askStore(queue, () => find([...new Set(ids)]))
  yield* inParts(
    found.toSorted((a, b) => a.failedAt - b.failedAt),
    STEP,
  )
}

/** Those of a group; without one, those that there are in the time of the filter when it begins, since some may die all the time. */
async function groupOrAll(
  queue: Queue,
  deadLetters: DeadLetterStore,
  failures: Failures,
  { group, filter }: DeadLetterSelection,
): Promise<Iterable<Death[]> | AsyncIterable<Death[]>> {
  const span = spanOf(filter?.failed_after, filter?.failed_before)
  if (group !== undefined) {
    const { index } = await failures.look(queue)
    return inParts(
      index.deathsOf(group).filter((death) => isIn(span, death)),
      STEP,
    )
  }
  return atMost(await askStore(queue, () => deadLetters.count()), readPieces(queue, deadLetters, span))
}

async function* atMost(count: number, pieces: AsyncIterable<Death[]>): AsyncGenerator<Death[], void> {
  let left = count
  for await (const deaths of pieces) {
    if (left <= 0) return
    left -= deaths.length
    yield deaths
  }
}

/** Those whose name and reason a filter is about, of one step after the other. */
async function* readFitting(
  queue: Queue,
  deadLetters: DeadLetterStore,
  { name, reason_contains: part }: Filter,
  pieces: Iterable<Death[]> | AsyncIterable<Death[]>,
): AsyncGenerator<Death[], void> {
  const looksInside = name !== undefined || part !== undefined
  const fits = (job: DeadJob) =>
    (name === undefined || job.name === name) && (part === undefined || job.reason.includes(part))
  for await (const deaths of pieces) {
    if (!looksInside) {
      yield* inParts(deaths, STEP)
      continue
    }
    const fitting: Death[] = []
    for await (const job of readInSteps(queue, deadLetters, deaths))
      if (fits(job)) fitting.push({ jobId: job.jobId, failedAt: job.failedAt })
    yield* inParts(fitting, STEP)
  }
}
