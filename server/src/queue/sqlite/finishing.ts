import { dedupFinished } from './dedup.ts'
import { childCompleted, childFailed, Dependency, hasDependency } from './dependencies.ts'
import { emit } from './events.ts'
import { findJob, type JobRow } from './job-row.ts'
import { requireActive } from './locks.ts'
import { collectMetrics, type Outcome } from './metrics.ts'
import { saveStacktrace } from './payload.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import { discard, retire, type Keep } from './removing.ts'
import { State } from './state.ts'
import { takeNext, type Taken, type Taker } from './taking.ts'
import type { Transaction } from './transaction.ts'

/** How a job ended. */
export interface Finish {
  jobId: string
  outcome: Outcome
  /** The return value as JSON text, or the reason. */
  value: string
  token: string
  keep: Keep
  /** How often the job may be tried in all. */
  attempts: number | undefined
  stacktrace: string | undefined
  /** 0: no metrics. */
  maxMetricPoints: number
  /** Who takes the next job in the same step, null when nobody does. */
  next: Taker | null
}

/** Ends an active job and, in the same transaction, takes the next one. Undefined: no next one was asked for or found. */
export function finishJob(tx: Transaction, queue: QueueRow, finish: Finish, now: number): Taken | undefined {
  const job = requireFinishable(tx, queue, finish, now)
  if (job.dedup_id) dedupFinished(tx, queue, job.dedup_id, job.id, now)
  if (finish.outcome === 'completed') childCompleted(tx, queue, job, finish.value, now)
  else childFailed(tx, queue, job, finish.value, now)
  const attemptsMade = job.attempts_made + 1
  if (finish.keep.count === 0) discard(tx, queue, job, { keepsDedup: true })
  else keep(tx, queue, job, finish, now)
  tellEnd(tx, queue, finish, attemptsMade)
  if (finish.maxMetricPoints > 0) collectMetrics(tx, queue, finish.outcome, finish.maxMetricPoints, now)

  const next = finish.next ? takeNext(tx, queue, finish.next, now) : undefined
  const idle = queue.count(State.waiting) + queue.count(State.active) + queue.count(State.prioritized) === 0
  if (!next?.[0] && !next?.[2] && !next?.[3] && idle) emit(tx, queue, 'drained')
  return next
}

function requireFinishable(tx: Transaction, queue: QueueRow, { jobId, outcome, token }: Finish, now: number): JobRow {
  const attempt = { jobId, command: 'moveToFinished', state: 'active' }
  const job = findJob(tx, queue, jobId)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (outcome === 'completed') {
    if (hasDependency(tx, job.key, Dependency.pending)) throw refuse(refusals.pendingChildren, attempt)
    if (hasDependency(tx, job.key, Dependency.failed)) throw refuse(refusals.failedChildren, attempt)
  }
  return requireActive(job, token, attempt, now)
}

const end = `UPDATE job SET state = ?, place = ?, finished_at = ?, return_value = coalesce(?, return_value),
    failed_reason = coalesce(?, failed_reason), attempts_made = attempts_made + 1,
    deferred_failure = CASE WHEN ? THEN NULL ELSE deferred_failure END, lock_token = NULL, lock_until = 0, suspect = 0
  WHERE key = ?`

function keep(tx: Transaction, queue: QueueRow, job: JobRow, finish: Finish, now: number) {
  const completed = finish.outcome === 'completed'
  const state = completed ? State.completed : State.failed
  const [result, reason] = completed ? [finish.value, null] : [null, finish.value]
  tx.sql(end).run(state, now, now, result, reason, completed ? 0 : 1, job.key)
  queue.moved(State.active, state)
  if (finish.stacktrace !== undefined) saveStacktrace(tx, job.key, finish.stacktrace)
  retire(tx, queue, state, finish.keep, now)
}

function tellEnd(tx: Transaction, queue: QueueRow, { jobId, outcome, value, attempts }: Finish, attemptsMade: number) {
  if (outcome === 'completed') {
    emit(tx, queue, 'completed', { jobId, returnvalue: value, prev: 'active' })
    return
  }
  emit(tx, queue, 'failed', { jobId, failedReason: value, prev: 'active' })
  if (attempts !== undefined && attemptsMade >= attempts) emit(tx, queue, 'retries-exhausted', { jobId, attemptsMade })
}
