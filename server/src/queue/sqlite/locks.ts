import { textOf } from './accepting.ts'
import type { JobRow } from './job-row.ts'
import { emit } from './events.ts'
import { findKey } from './job-key.ts'
import { moveTo } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse, type Attempt } from './refusal.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** Refuses unless `token` holds the job's lock; the token `0` stands for no lock at all. */
export function requireLock(job: JobRow, token: string, attempt: Attempt, now: number): void {
  if (textOf(token) === '0') return
  const held = locked(job, now)
  if (held && job.lock_token === textOf(token)) return
  throw refuse(held ? refusals.lockMismatch : refusals.lockMissing, attempt)
}

/** Refuses unless the job is there, locked by `token` and active. */
export function requireActive(job: JobRow | undefined, token: string, attempt: Attempt, now: number): JobRow {
  if (!job) throw refuse(refusals.jobMissing, attempt)
  requireLock(job, token, attempt, now)
  if (job.state !== State.active) throw refuse(refusals.notInState, attempt)
  return job
}

/** Whole milliseconds, and no more than a number holds exactly. */
export const lockEnd = (now: number, durationMs: number) =>
  Math.min(Math.floor(now + durationMs), Number.MAX_SAFE_INTEGER)

/** Whether somebody works on it. */
export const locked = (job: JobRow, now: number): boolean => job.lock_token !== null && job.lock_until > now

export function unlock(tx: Transaction, job: JobRow): void {
  tx.sql('UPDATE job SET lock_token = NULL, lock_until = 0, suspect = 0 WHERE key = ?').run(job.key)
}

export function extendLock(
  tx: Transaction,
  queue: QueueRow,
  id: string,
  token: string,
  durationMs: number,
  now: number,
): boolean {
  const extended = tx
    .sql('UPDATE job SET lock_until = ?, suspect = 0 WHERE key = ? AND lock_token = ? AND lock_until > ?')
    .run(lockEnd(now, durationMs), findKey(tx, queue, id) ?? 0, textOf(token), now)
  return extended.changes > 0
}

const TOO_OFTEN = 'job stalled more than allowable limit'

/**
 * Gives jobs whose worker is gone to others: those that were active at the check before, were not extended since and
 * whose lock has ended. At most one check an interval and queue does anything, whichever worker asks. Gives their ids.
 */
export function recoverStalled(
  tx: Transaction,
  queue: QueueRow,
  maxStalledCount: number,
  intervalMs: number,
  now: number,
): string[] {
  const pauseMs = queue.stalledCheckUntil - now
  // A pause beyond the interval is of a time before the clock was set back.
  if (queue.id === 0 || (pauseMs > 0 && pauseMs <= intervalMs)) return []
  queue.setStalledCheckUntil(now + intervalMs)
  const stalled = tx
    .sql(
      'SELECT key, id, state, stalled_count, scheduler FROM job WHERE queue = ? AND state = ? AND suspect = 1 AND lock_until <= ?',
    )
    .all(queue.id, State.active, now) as unknown as JobRow[]
  for (const job of stalled) {
    const fails = job.stalled_count + 1 > maxStalledCount && !isOfScheduler(tx, queue, job)
    tx.sql(
      'UPDATE job SET stalled_count = stalled_count + 1, suspect = 0, deferred_failure = coalesce(?, deferred_failure) WHERE key = ?',
    ).run(fails ? TOO_OFTEN : null, job.key)
    moveTo(tx, queue, job, State.waiting, queue.nextFront(), now)
    emit(tx, queue, 'waiting', { jobId: job.id, prev: 'active' })
    emit(tx, queue, 'stalled', { jobId: job.id })
  }
  tx.sql('UPDATE job SET suspect = 1 WHERE queue = ? AND state = ? AND suspect = 0').run(queue.id, State.active)
  return stalled.map((job) => job.id)
}

function isOfScheduler(tx: Transaction, queue: QueueRow, job: Pick<JobRow, 'scheduler'>): boolean {
  if (job.scheduler === null) return false
  return tx.sql('SELECT 1 FROM scheduler WHERE queue = ? AND id = ?').get(queue.id, job.scheduler) !== undefined
}
