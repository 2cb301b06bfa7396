import type { Queue } from 'bullmq'
import type { DeadLetterSelection } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { inParts, STEP, type DeadJob, type DeadLetterStore, type Death } from '../queue/dead-letter-store.ts'
import { groupOf } from './error-groups.ts'

/** All that failed up to a time, told apart because a store can find them by itself. */
export type Chosen = { all: true } | { deaths: Death[] }

/** Refuses a selection that is none, or more than one: OpsError `invalid_input`. */
export function requireOne({ ids, group, filter }: DeadLetterSelection): void {
  if ([ids, group, filter].filter((part) => part !== undefined).length === 1) return
  throw new OpsError(
    'invalid_input',
    'Say which dead letters: give ids, group or filter, one of them; filter {} is all.',
  )
}

/**
 * The dead letters that a selection is about, the oldest first, of those that failed up to a time. Rejects with OpsError
 * `store_unavailable`.
 */
export async function selectDeadLetters(
  queue: Queue,
  deadLetters: DeadLetterStore,
  { ids, group, filter = {} }: DeadLetterSelection,
  until: number,
): Promise<Chosen> {
  if (ids) {
    const found = await askStore(queue, () => deadLetters.find([...new Set(ids)]))
    return { deaths: found.filter(({ failedAt }) => failedAt <= until).toSorted((a, b) => a.failedAt - b.failedAt) }
  }
  const { name, reason_contains: part, failed_after: after, failed_before: before } = filter
  const looksInside = group !== undefined || name !== undefined || part !== undefined
  if (!looksInside && after === undefined && before === undefined) return { all: true }
  const from = after === undefined ? -Infinity : Date.parse(after)
  const to = before === undefined ? Infinity : Date.parse(before)
  const listed = await askStore(queue, () => deadLetters.list('oldest', undefined, until))
  const deaths = listed.filter(({ failedAt }) => failedAt >= from && failedAt <= to)
  if (!looksInside) return { deaths }
  const chosen: Death[] = []
  for await (const job of readDeadLetters(queue, deadLetters, deaths)) {
    const fits =
      (group === undefined || groupOf(job.reason) === group) &&
      (name === undefined || job.name === name) &&
      (part === undefined || job.reason.includes(part))
    if (fits) chosen.push({ jobId: job.jobId, failedAt: job.failedAt })
  }
  return { deaths: chosen }
}

/** What dead letters tell, without those that are gone. */
export async function* readDeadLetters(
  queue: Queue,
  deadLetters: DeadLetterStore,
  deaths: readonly Death[],
): AsyncGenerator<DeadJob, void> {
  for (const part of inParts(deaths, STEP)) {
    const jobs = await askStore(queue, () => deadLetters.read(part))
    for (const job of jobs) if (job) yield job
  }
}
