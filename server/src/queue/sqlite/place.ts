import { whole } from './accepting.ts'
import { emit } from './events.ts'
import type { JobRow } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/**
 * Where a job stands within its state; smaller is nearer to its turn.
 * waiting: a running number, negative for those put in front. active: a running number. prioritized: the priority in the
 * high bits and a running number below. delayed: the due time and a number within the millisecond below. The others: the
 * time at which they came.
 */
const PRIORITY_STEP = 2 ** 32
/** So many bits of the place of a delayed job are the number within the millisecond. */
export const DELAY_BITS = 12n

/** Some 35,000 years: a place stays below 2^62, and whoever delays a job for longer means "not by itself". */
const LATEST_DUE = 2 ** 50

/** A place of a delayed job is beyond what a number holds exactly, so it is written as bigint and read in parts. */
export type Place = number | bigint

const store = 'UPDATE job SET state = ?, place = ?, ready_at = coalesce(?, ready_at) WHERE key = ?'

/**
 * Moves a job to a place in a state and keeps the queue's counts.
 *
 * @param readyAt since when it can be taken, when it is put in line by this
 */
export function moveTo(
  tx: Transaction,
  queue: QueueRow,
  job: Pick<JobRow, 'key' | 'state'>,
  to: State,
  place: Place,
  readyAt: number | null = null,
): void {
  tx.sql(store).run(to, place, readyAt, job.key)
  queue.moved(job.state, to)
}

/** Where a job goes that is to be worked on: among the waiting, or among the prioritized when it has a priority. */
export function placeInLine(queue: QueueRow, priority: number, end: 'front' | 'back'): { state: State; place: number } {
  if (priority !== 0) return { state: State.prioritized, place: prioritizedPlace(queue, priority) }
  return { state: State.waiting, place: end === 'front' ? queue.nextFront() : queue.nextBack() }
}

const prioritizedPlace = (queue: QueueRow, priority: number) =>
  whole(priority * PRIORITY_STEP + (queue.nextPriority() % PRIORITY_STEP))

/** Before all others of its priority. */
export const firstOfPriority = (priority: number) => whole(priority * PRIORITY_STEP)

/** Puts a job in line now and tells so. `prev` is the state it comes from, in BullMQ's words. */
export function putInLine(
  tx: Transaction,
  queue: QueueRow,
  job: Pick<JobRow, 'key' | 'state' | 'id' | 'priority'>,
  end: 'front' | 'back',
  prev: string,
  now: number,
): void {
  const { state, place } = placeInLine(queue, job.priority, end)
  moveTo(tx, queue, job, state, place, now)
  emit(tx, queue, 'waiting', { jobId: job.id, prev })
}

/** The place of a job that is due at a time, behind those of the same millisecond. */
export function delayedPlace(tx: Transaction, queue: QueueRow, due: number): bigint {
  const first = placeAt(due)
  const row = tx
    .sql('SELECT max(place) - ?3 AS taken FROM job WHERE queue = ?1 AND state = ?2 AND place >= ?3 AND place < ?4')
    .get(queue.id, State.delayed, first, placeAfter(due))
  const taken = row?.['taken']
  const last = (1n << DELAY_BITS) - 1n
  if (typeof taken !== 'number') return first
  const next = BigInt(taken) + 1n
  return first + (next < last ? next : last)
}

/** SQL for when a delayed job is due. */
export const dueOfPlace = `place >> ${DELAY_BITS}`

/** When the first delayed job is due (ms since 1970), null when there is none. */
export function nextDue(tx: Transaction, queue: QueueRow): number | null {
  if (queue.count(State.delayed) === 0) return null
  const row = tx
    .sql(`SELECT ${dueOfPlace} AS due FROM job WHERE queue = ? AND state = ? ORDER BY place LIMIT 1`)
    .get(queue.id, State.delayed)
  return row ? Number(row['due']) : null
}

/** The smallest place of a job that is due after a time. */
export const placeAfter = (time: number) => placeAt(time + 1)

/** The smallest place of a job that is due at a time. */
export const placeAt = (time: number) => BigInt(Math.floor(time)) << DELAY_BITS

/** When a job is due that is delayed from a moment on. */
export const dueAt = (timestamp: number, delay: number) =>
  Math.max(Math.min(delay > 0 ? timestamp + delay : timestamp, LATEST_DUE), -LATEST_DUE)
