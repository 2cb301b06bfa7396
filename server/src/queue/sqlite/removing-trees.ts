import { textOf } from './accepting.ts'
import { dedupRemoved } from './dedup.ts'
import { deleteJob } from './delete-job.ts'
import { childRemoved, Dependency } from './dependencies.ts'
import { emit } from './events.ts'
import { findByKey, findJob, jobKey, type JobRow } from './job-row.ts'
import { locked } from './locks.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import { isCurrentJob } from './scheduler-rows.ts'
import { State, publicName } from './state.ts'
import type { Transaction } from './transaction.ts'

/** `1` when the job is gone, `0` when it is locked and nothing was done. */
export function removeJob(tx: Transaction, queue: QueueRow, id: string, now: number): number {
  const job = findRemovable(tx, queue, id)
  return job ? removeFound(tx, queue, job, now) : 1
}

/** The same for one that no scheduler needs. */
export function removeFound(tx: Transaction, queue: QueueRow, job: JobRow, now: number): number {
  if (locked(job, now)) return 0
  leaveParent(tx, queue, job)
  removeRow(tx, queue, job, now)
  return 1
}

/** The same for a job and all that is below it, a step each: `0` when one of them is locked. */
export function* removeTree(tx: Transaction, queue: QueueRow, id: string, now: number): Generator<void, number> {
  const job = findRemovable(tx, queue, id)
  if (!job) return 1
  if (yield* anyLocked(tx, job, now, new Set())) return 0
  yield* removeBranch(tx, queue, job, { onlyUnprocessed: false, now })
  return 1
}

export function hasChildren(tx: Transaction, queue: QueueRow, id: string): boolean {
  const job = findJob(tx, queue, id)
  return job !== undefined && tx.sql('SELECT 1 FROM dependency WHERE parent = ? LIMIT 1').get(job.key) !== undefined
}

/** Removes the children of a job that nobody has begun to work on, a step each. */
export function* removeUnprocessedChildren(
  tx: Transaction,
  queue: QueueRow,
  id: string,
  now: number,
): Generator<void, void> {
  const job = findJob(tx, queue, id)
  if (job) yield* removeChildren(tx, job, { onlyUnprocessed: true, now })
}

/** Takes a child from its parent, which goes on without it. False when it was no pending child of that parent. */
export function removeChildDependency(tx: Transaction, queue: QueueRow, id: string, parentKey: string): boolean {
  const attempt = { jobId: id, parentKey, command: 'removeChildDependency' }
  const job = findJob(tx, queue, id)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (!findByKey(tx, textOf(parentKey))) throw refuse(refusals.parentMissing, attempt)
  if (!childRemoved(tx, jobKey(queue, id), parentKey, null)) return false
  tx.sql('UPDATE job SET parent_key = NULL, parent = NULL WHERE key = ?').run(job.key)
  return true
}

function findRemovable(tx: Transaction, queue: QueueRow, id: string): JobRow | undefined {
  const job = findJob(tx, queue, id)
  if (!job || !isCurrentJob(tx, queue, job)) return job
  throw refuse(refusals.belongsToScheduler, { jobId: id, command: 'removeJob' })
}

/** @param seen keys of jobs: one whose id was taken by its own flow may be below itself */
function* anyLocked(tx: Transaction, job: JobRow, now: number, seen: Set<number>): Generator<void, boolean> {
  if (locked(job, now)) return true
  seen.add(job.key)
  for (const key of childKeys(tx, job.key, [Dependency.pending])) {
    const child = findByKey(tx, key)?.job
    if (child && !seen.has(child.key) && (yield* anyLocked(tx, child, now, seen))) return true
    yield
  }
  return false
}

interface BranchOptions {
  /** Leaves alone what was worked on: finished children, failed ones and those that are locked. */
  onlyUnprocessed: boolean
  now: number
}

function* removeBranch(tx: Transaction, queue: QueueRow, job: JobRow, options: BranchOptions): Generator<void, void> {
  if (options.onlyUnprocessed && (locked(job, options.now) || job.state === State.failed)) return
  leaveParent(tx, queue, job)
  yield* removeChildren(tx, job, options)
  removeRow(tx, queue, job, options.now)
  yield
}

function* removeChildren(tx: Transaction, parent: JobRow, options: BranchOptions): Generator<void, void> {
  const { pending, processed, ignored, failed } = Dependency
  const statuses = options.onlyUnprocessed ? [pending] : [processed, ignored, failed, pending]
  for (const key of childKeys(tx, parent.key, statuses)) {
    const child = findByKey(tx, key)
    if (child) yield* removeBranch(tx, child.queue, child.job, options)
  }
}

function leaveParent(tx: Transaction, queue: QueueRow, job: JobRow) {
  if (job.parent_key) childRemoved(tx, jobKey(queue, job.id), job.parent_key, null)
}

function removeRow(tx: Transaction, queue: QueueRow, job: JobRow, now: number) {
  if (job.dedup_id) dedupRemoved(tx, queue, job.dedup_id, job.id, now)
  const state = deleteJob(tx, queue, job.key)
  if (state === undefined) return
  emit(tx, queue, 'removed', { jobId: job.id, prev: state === State.waiting ? 'wait' : publicName[state] })
}

function childKeys(tx: Transaction, parent: number, statuses: number[]): string[] {
  return statuses.flatMap((status) =>
    tx
      .sql('SELECT child_key FROM dependency WHERE parent = ? AND status = ? ORDER BY since, child_key')
      .all(parent, status)
      .map((row) => String(row['child_key'])),
  )
}
