import type { JobJson } from 'bullmq'
import { textOf } from './accepting.ts'
import { emit } from './events.ts'
import { allColumns, toJobJson, type JobRow, type WholeJobRow } from './job-row.ts'
import { dueOfPlace, nextDue, placeAfter, placeInLine, moveTo } from './place.ts'
import { lockEnd } from './locks.ts'
import type { QueueRow } from './queue-row.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** Who takes a job, and how it is to be locked. */
export interface Taker {
  token: string
  /** Worker name, stored as `processedBy`. */
  name: string | undefined
  lockDurationMs: number
  limiter: { max: number; duration: number } | undefined
}

/** Job, id, how long the rate limit lasts (ms), when the next delayed job is due: as BullMQ's workers expect it. */
export type Taken = [job: JobJson | null, id: string, limitedForMs: number, dueAt: number]

const PROMOTE_AT_ONCE = 1000

/** Puts in line what is due. */
export function promoteDue(tx: Transaction, queue: QueueRow, now: number): void {
  const due = nextDue(tx, queue)
  if (due === null || due > now) return
  const rows = tx
    .sql(
      `SELECT key, id, state, priority, ${dueOfPlace} AS due FROM job WHERE queue = ? AND state = ? AND place < ? ORDER BY place LIMIT ?`,
    )
    .all(queue.id, State.delayed, placeAfter(now), PROMOTE_AT_ONCE) as unknown as (JobRow & { due: number })[]
  for (const job of rows) {
    const { state, place } = placeInLine(queue, job.priority, 'back')
    moveTo(tx, queue, job, state, place, job.due)
    tx.sql('UPDATE job SET delay = 0 WHERE key = ?').run(job.key)
    emit(tx, queue, 'waiting', { jobId: job.id, prev: 'delayed' })
  }
}

/** How long the rate limit still lasts when so many jobs may be taken in its window, in milliseconds. */
export function limitedFor(queue: QueueRow, maxJobs: number | undefined, now: number): number {
  const { count, until } = queue.limiter
  return maxJobs !== undefined && until > now && maxJobs <= count ? until - now : 0
}

const take = `UPDATE job
  SET state = ${State.active}, place = ?, processed_at = ?, processed_by = coalesce(?, processed_by),
    attempts_started = attempts_started + 1, lock_token = ?, lock_until = ?, suspect = 0
  WHERE key = (SELECT key FROM job WHERE queue = ? AND state = ? ORDER BY place LIMIT 1)
  RETURNING ${allColumns}`

/** Takes the next job for a worker, if it may have one. */
export function takeNext(tx: Transaction, queue: QueueRow, taker: Taker, now: number): Taken {
  promoteDue(tx, queue, now)
  const { meta } = queue
  const maxJobs = meta['max'] === undefined ? taker.limiter?.max : Number(meta['max'])
  const limited = limitedFor(queue, maxJobs, now)
  if (limited > 0) return [null, '', limited, 0]
  if (queue.paused || queue.maxed) return [null, '', 0, 0]
  const job = takeFirst(tx, queue, taker, now)
  if (!job) return [null, '', 0, nextDue(tx, queue) ?? 0]
  if (maxJobs !== undefined && job.deferred_failure === null) {
    countTaken(queue, taker.limiter?.duration ?? Number(meta['duration'] ?? 0), now)
  }
  emit(tx, queue, 'active', { jobId: job.id, prev: 'waiting' })
  return [toJobJson(tx, job), job.id, 0, 0]
}

const inLine = [State.waiting, State.prioritized]

function takeFirst(tx: Transaction, queue: QueueRow, taker: Taker, now: number): WholeJobRow | undefined {
  const counted = inLine.filter((state) => queue.count(state) > 0)
  for (const from of counted) {
    const job = takeFrom(tx, queue, from, taker, now)
    if (job) return job
  }
  // A count without a job would send workers back here without an end.
  if (counted.length > 0) queue.recount()
  return undefined
}

function takeFrom(
  tx: Transaction,
  queue: QueueRow,
  from: State,
  { name, lockDurationMs, ...taker }: Taker,
  now: number,
): WholeJobRow | undefined {
  const token = textOf(taker.token)
  const locks = token !== '0'
  const row = tx
    .sql(take)
    .get(
      queue.nextBack(),
      now,
      name ?? null,
      locks ? token : null,
      locks ? lockEnd(now, lockDurationMs) : 0,
      queue.id,
      from,
    )
  if (row) queue.moved(from, State.active)
  return row as WholeJobRow | undefined
}

function countTaken(queue: QueueRow, durationMs: number, now: number) {
  const { count, until } = queue.limiter
  if (until > now) queue.setLimiter(count + 1, until)
  else queue.setLimiter(1, now + Math.floor(Math.abs(durationMs)))
}

/** Whether a worker that asked now could get a job, or would be told to wait for the rate limit. */
export function somethingToTake(tx: Transaction, queue: QueueRow, now: number): boolean {
  if (queue.paused || queue.maxed) return false
  if (inLine.some((state) => queue.count(state) > 0)) return true
  const due = nextDue(tx, queue)
  return due !== null && due <= now
}
