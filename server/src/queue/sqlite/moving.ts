import { whole } from './accepting.ts'
import { childReturns, Dependency, hasDependency } from './dependencies.ts'
import { emit } from './events.ts'
import { saveStacktrace } from './payload.ts'
import { findJob, jobColumns, type JobRow } from './job-row.ts'
import { requireActive, requireLock, unlock } from './locks.ts'
import { delayedPlace, dueAt, firstOfPriority, moveTo, placeInLine, putInLine } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import { State } from './state.ts'
import { promoteDue } from './taking.ts'
import type { Transaction } from './transaction.ts'

/** What a failed attempt leaves on its job. */
export interface AttemptFields {
  failedReason?: string | undefined
  /** JSON text. */
  stacktrace?: string | undefined
}

function saveFields(tx: Transaction, job: JobRow, { failedReason, stacktrace }: AttemptFields) {
  if (failedReason !== undefined) tx.sql('UPDATE job SET failed_reason = ? WHERE key = ?').run(failedReason, job.key)
  if (stacktrace !== undefined) saveStacktrace(tx, job.key, stacktrace)
}

const countAttempt = (tx: Transaction, job: JobRow) =>
  tx.sql('UPDATE job SET attempts_made = attempts_made + 1 WHERE key = ?').run(job.key)

/** From active to delayed: a retry after a pause, or a job that wants to go on later. */
export function delayActive(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  token: string,
  at: { timestamp: number; delay: number },
  options: { countsAttempt: boolean; fields: AttemptFields },
  now: number,
): void {
  const job = requireActive(findJob(tx, queue, jobId), token, { jobId, command: 'moveToDelayed', state: 'active' }, now)
  const delay = whole(at.delay)
  const due = dueAt(whole(at.timestamp), delay)
  unlock(tx, job)
  saveFields(tx, job, options.fields)
  if (options.countsAttempt) countAttempt(tx, job)
  tx.sql('UPDATE job SET delay = ? WHERE key = ?').run(delay, job.key)
  moveTo(tx, queue, job, State.delayed, delayedPlace(tx, queue, due))
  emit(tx, queue, 'delayed', { jobId, delay: due })
}

/** From active to waiting for its children. False when there is nothing to wait for. `child`: only for this one. */
export function waitForChildren(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  token: string,
  child: string | null,
  now: number,
): boolean {
  const attempt = { jobId, command: 'moveToWaitingChildren', state: 'active' }
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (hasDependency(tx, job.key, Dependency.failed)) throw refuse(refusals.failedChildren, attempt)
  const pending = child === null ? hasDependency(tx, job.key, Dependency.pending) : isPending(tx, job, child)
  if (!pending) return false
  requireActive(job, token, attempt, now)
  unlock(tx, job)
  moveTo(tx, queue, job, State.waitingChildren, now)
  emit(tx, queue, 'waiting-children', { jobId, prev: 'active' })
  return true
}

const isPending = (tx: Transaction, job: JobRow, child: string) =>
  tx
    .sql('SELECT 1 FROM dependency WHERE parent = ? AND status = ? AND child_key = ?')
    .get(job.key, Dependency.pending, child) !== undefined

/** From active back to the front of the line, at no cost of an attempt. Gives how long the rate limit still lasts (ms). */
export function giveBack(tx: Transaction, queue: QueueRow, jobId: string, token: string, now: number): number {
  const attempt = { jobId, command: 'moveJobFromActiveToWait', state: 'active' }
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  requireLock(job, token, attempt, now)
  if (job.state === State.active) {
    unlock(tx, job)
    if (job.priority !== 0) moveTo(tx, queue, job, State.prioritized, firstOfPriority(job.priority), now)
    else moveTo(tx, queue, job, State.waiting, queue.nextFront(), now)
    emit(tx, queue, 'waiting', { jobId, prev: 'active' })
  }
  return Math.max(queue.limiter.until - now, 0)
}

/** From active back into the line for another attempt at once. */
export function retryActive(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  lifo: boolean,
  token: string,
  fields: AttemptFields,
  now: number,
): void {
  const job = requireActive(findJob(tx, queue, jobId), token, { jobId, command: 'retryJob', state: 'active' }, now)
  promoteDue(tx, queue, now)
  unlock(tx, job)
  saveFields(tx, job, fields)
  putInLine(tx, queue, job, lifo ? 'front' : 'back', 'active', now)
  countAttempt(tx, job)
}

const reset = `UPDATE job SET finished_at = NULL, processed_at = NULL,
    failed_reason = CASE WHEN state = ${State.failed} THEN NULL ELSE failed_reason END,
    return_value = CASE WHEN state = ${State.completed} THEN NULL ELSE return_value END
  WHERE key = ?`

/** What may be set back with a finished job. */
export interface ResetOptions {
  attemptsMade: boolean
  attemptsStarted: boolean
}

/** From completed or failed back into the line. */
export function retryFinished(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  from: 'completed' | 'failed',
  lifo: boolean,
  { attemptsMade, attemptsStarted }: ResetOptions,
  now: number,
): void {
  const attempt = { jobId, command: 'reprocessJob', state: from }
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (job.state !== State[from]) throw refuse(refusals.notInState, attempt)
  if (attemptsMade) tx.sql('UPDATE job SET attempts_made = 0 WHERE key = ?').run(job.key)
  if (attemptsStarted) tx.sql('UPDATE job SET attempts_started = 0 WHERE key = ?').run(job.key)
  backInLine(tx, queue, job, from, lifo ? 'front' : 'back', now)
}

/** The same for a job that is known to be in that state. */
export function backInLine(
  tx: Transaction,
  queue: QueueRow,
  job: JobRow,
  from: 'completed' | 'failed',
  end: 'front' | 'back',
  now: number,
): void {
  tx.sql(reset).run(job.key)
  childReturns(tx, queue, job)
  putInLine(tx, queue, job, end, from, now)
}

/** Moves up to `count` jobs of a state that came before a time back to waiting. `1` when there may be more. */
export function moveToWaiting(
  tx: Transaction,
  queue: QueueRow,
  from: 'completed' | 'failed' | 'delayed',
  count: number,
  beforePlace: number | null,
  now: number,
): number {
  const jobs = tx
    .sql(
      `SELECT ${jobColumns} FROM job WHERE queue = ? AND state = ? AND (?3 IS NULL OR place <= ?3) ORDER BY place LIMIT ?4`,
    )
    .all(queue.id, State[from], beforePlace, count) as unknown as JobRow[]
  for (const job of jobs) {
    if (from !== 'delayed') {
      tx.sql(reset).run(job.key)
      childReturns(tx, queue, job)
    }
    moveTo(tx, queue, job, State.waiting, queue.nextBack(), now)
    emit(tx, queue, 'waiting', { jobId: job.id, prev: from })
  }
  return jobs.length < count ? 0 : 1
}

/** A delayed job's turn comes now. */
export function promote(tx: Transaction, queue: QueueRow, jobId: string, now: number): void {
  const job = findJob(tx, queue, jobId)
  if (job?.state !== State.delayed) throw refuse(refusals.notInState, { jobId, command: 'promote', state: 'delayed' })
  promoteJob(tx, queue, job, now)
}

/** The same for a job that is known to be delayed. */
export function promoteJob(tx: Transaction, queue: QueueRow, job: JobRow, now: number): void {
  putInLine(tx, queue, job, 'back', 'delayed', now)
  tx.sql('UPDATE job SET delay = 0 WHERE key = ?').run(job.key)
}

export function changeDelay(tx: Transaction, queue: QueueRow, jobId: string, delay: number, now: number): void {
  const attempt = { jobId, command: 'changeDelay', state: 'delayed' }
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (job.state !== State.delayed) throw refuse(refusals.notInState, attempt)
  const due = dueAt(now, whole(delay))
  tx.sql('UPDATE job SET delay = ? WHERE key = ?').run(whole(delay), job.key)
  moveTo(tx, queue, job, State.delayed, delayedPlace(tx, queue, due))
  emit(tx, queue, 'delayed', { jobId, delay: due })
}

/** Changes the priority wherever the job is; when it stands in line, its place too. */
export function changePriority(tx: Transaction, queue: QueueRow, jobId: string, priority: number, lifo: boolean): void {
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, { jobId, command: 'changePriority' })
  if (job.state === State.waiting || job.state === State.prioritized) {
    if (priority !== 0 && lifo) {
      moveTo(tx, queue, job, State.prioritized, firstOfPriority(priority))
    } else {
      const { state, place } = placeInLine(queue, priority, lifo ? 'front' : 'back')
      moveTo(tx, queue, job, state, place)
    }
  }
  tx.sql('UPDATE job SET priority = ? WHERE key = ?').run(whole(priority), job.key)
}
