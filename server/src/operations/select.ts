import type { Queue } from 'bullmq'
import type { DeadLetterSelection } from '../contract.ts'
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
import { groupOf } from './error-groups.ts'
import { readInSteps } from './look-through.ts'

/** Refuses a selection that is none, or more than one: OpsError `invalid_input`. */
export function requireOne({ ids, group, filter }: DeadLetterSelection): void {
  if ([ids, group, filter].filter((part) => part !== undefined).length === 1) return
  throw new OpsError(
    'invalid_input',
    'Say which dead letters: give ids, group or filter, one of them; filter {} is all.',
  )
}

/**
 * Makes the list of the dead letters that a selection is about, the oldest first, at most {@link MAX_DEAD_LETTERS} of them, and
 * tells what is on it, with `sample` of the oldest. Looks at those that are there when it begins, in bounded steps. Rejects with
 * OpsError `store_unavailable`, also when the store has lost what was on the list meanwhile.
 */
export async function chooseDeadLetters(
  queue: Queue,
  deadLetters: DeadLetterStore,
  operation: string,
  selection: DeadLetterSelection,
  sample: number,
): Promise<Listed> {
  const { ids, group, filter } = selection
  if (!ids && group === undefined && Object.keys(filter ?? {}).length === 0)
    return askStore(queue, () => deadLetters.chooseAll(operation, MAX_DEAD_LETTERS, sample))
  const parts = ids ? findAll(queue, deadLetters, ids) : readFitting(queue, deadLetters, selection)
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

async function* findAll(queue: Queue, deadLetters: DeadLetterStore, ids: readonly string[]) {
  const found = await askStore(queue, () => deadLetters.find([...new Set(ids)]))
  yield* inParts(
    found.toSorted((a, b) => a.failedAt - b.failedAt),
    STEP,
  )
}

/** Those that a group or a filter is about, of one step after the other. */
async function* readFitting(
  queue: Queue,
  deadLetters: DeadLetterStore,
  { group, filter = {} }: DeadLetterSelection,
): AsyncGenerator<Death[], void> {
  const { name, reason_contains: part, failed_after: after, failed_before: before } = filter
  const looksInside = group !== undefined || name !== undefined || part !== undefined
  const fits = (job: DeadJob) =>
    (group === undefined || groupOf(job.reason) === group) &&
    (name === undefined || job.name === name) &&
    (part === undefined || job.reason.includes(part))
  const from = after === undefined ? -Infinity : Date.parse(after)
  const to = before === undefined ? Infinity : Date.parse(before)
  for await (const deaths of pagesOf(queue, deadLetters, from, to)) {
    if (!looksInside) {
      yield deaths
      continue
    }
    const fitting: Death[] = []
    for await (const job of readInSteps(queue, deadLetters, deaths))
      if (fits(job)) fitting.push({ jobId: job.jobId, failedAt: job.failedAt })
    yield fitting
  }
}

/** The pages of the dead letters between two times, no more than there are at the beginning: some may die all the time. */
async function* pagesOf(
  queue: Queue,
  deadLetters: DeadLetterStore,
  first: number,
  to: number,
): AsyncGenerator<Death[], void> {
  let left = await askStore(queue, () => deadLetters.count())
  let [from, skip] = [first, 0]
  while (left > 0) {
    const range = { from, skip, to }
    const deaths = await askStore(queue, () => deadLetters.page(range, STEP))
    const last = deaths.at(-1)
    if (!last) return
    yield deaths
    // Many may have failed in the same millisecond, also more than one page.
    const ofLast = deaths.filter(({ failedAt }) => failedAt === last.failedAt).length
    skip = last.failedAt === from ? skip + ofLast : ofLast
    from = last.failedAt
    left -= deaths.length
  }
}
