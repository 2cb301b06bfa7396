import type { ParentKeys } from 'bullmq'
import { deleteJob } from './delete-job.ts'
import { emit } from './events.ts'
import { findByKey, findJob, jobKey, type JobRow } from './job-row.ts'
import { delayedPlace, moveTo, placeInLine, putInLine } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** How a parent stands to one of its children. */
export const Dependency = {
  /** Not finished. */
  pending: 0,
  /** Completed; its value is kept for the parent. */
  processed: 1,
  /** Failed, and the parent goes on all the same; its reason is kept. */
  ignored: 2,
  /** Failed, and the parent fails with it. */
  failed: 3,
} as const

export type Dependency = (typeof Dependency)[keyof typeof Dependency]

interface Value {
  value?: string | null
  since?: number
}

export function addDependency(
  tx: Transaction,
  parent: number,
  childKey: string,
  status: Dependency,
  { value, since }: Value = {},
): void {
  tx.sql('INSERT OR REPLACE INTO dependency (parent, status, child_key, value, since) VALUES (?, ?, ?, ?, ?)').run(
    parent,
    status,
    childKey,
    value ?? null,
    since ?? 0,
  )
}

/** True when it was there. */
export function dropDependency(tx: Transaction, parent: number, childKey: string, status: Dependency): boolean {
  const dropped = tx
    .sql('DELETE FROM dependency WHERE parent = ? AND status = ? AND child_key = ?')
    .run(parent, status, childKey)
  return dropped.changes > 0
}

export function hasDependency(tx: Transaction, parent: number, status: Dependency): boolean {
  return tx.sql('SELECT 1 FROM dependency WHERE parent = ? AND status = ? LIMIT 1').get(parent, status) !== undefined
}

export function countChildren(tx: Transaction, parent: number): number {
  return Number(tx.sql('SELECT count(*) AS count FROM dependency WHERE parent = ?').get(parent)?.['count'])
}

/** Where a child finds its parent: what was stored with it, or what its parent's key says. */
function parentOf(job: Pick<JobRow, 'parent' | 'parent_key'>): { key: string; flags: Partial<ParentKeys> } | null {
  if (job.parent_key === null) return null
  const flags = job.parent === null ? {} : (JSON.parse(job.parent) as ParentKeys)
  return { key: job.parent_key, flags }
}

/** A child has completed: its value is kept, and the parent goes on when that was the last one. */
export function childCompleted(tx: Transaction, queue: QueueRow, job: JobRow, value: string, now: number): void {
  const parent = parentOf(job)
  const found = parent && findParent(tx, parent.key, parent.flags)
  const childKey = jobKey(queue, job.id)
  if (!found || !dropDependency(tx, found.job.key, childKey, Dependency.pending)) return
  addDependency(tx, found.job.key, childKey, Dependency.processed, { value })
  releaseIfNothingPending(tx, found.queue, found.job, now)
}

/** A child has failed for good: what that means for the parent is what the child's options said. */
export function childFailed(tx: Transaction, queue: QueueRow, job: JobRow, reason: string, now: number): void {
  const parent = parentOf(job)
  if (!parent || job.parent === null) return
  const { fpof, cpof, idof, rdof } = parent.flags
  if (!fpof && !cpof && !idof && !rdof) return
  const found = findParent(tx, parent.key, parent.flags)
  const childKey = jobKey(queue, job.id)
  if (!found || !dropDependency(tx, found.job.key, childKey, Dependency.pending)) return
  if (fpof) {
    addDependency(tx, found.job.key, childKey, Dependency.failed, { since: now })
    failParent(tx, found.queue, found.job, childKey, now)
  } else if (cpof) {
    addDependency(tx, found.job.key, childKey, Dependency.ignored, { value: reason })
    if (found.job.state === State.waitingChildren) releaseParent(tx, found.queue, found.job, now)
  } else {
    releaseIfNothingPending(tx, found.queue, found.job, now)
    if (idof) addDependency(tx, found.job.key, childKey, Dependency.ignored, { value: reason })
  }
}

/** The parent fails when it is next taken: in this way its own failure goes through the same door as every other. */
function failParent(tx: Transaction, queue: QueueRow, parent: JobRow, childKey: string, now: number) {
  if (parent.state === State.failed) return
  tx.sql('UPDATE job SET deferred_failure = ? WHERE key = ?').run(`child ${childKey} failed`, parent.key)
  if (parent.state === State.delayed) tx.sql('UPDATE job SET delay = 0 WHERE key = ?').run(parent.key)
  if (parent.state !== State.delayed && parent.state !== State.waitingChildren) return
  releaseParent(tx, queue, parent.state === State.delayed ? { ...parent, delay: 0 } : parent, now)
}

export function releaseIfNothingPending(tx: Transaction, queue: QueueRow, parent: JobRow, now: number): void {
  if (parent.state !== State.waitingChildren || hasDependency(tx, parent.key, Dependency.pending)) return
  releaseParent(tx, queue, parent, now)
}

/** The parent's turn has come: it goes to the front of the line, or is delayed as it was asked to be. */
function releaseParent(tx: Transaction, queue: QueueRow, parent: JobRow, now: number) {
  if (parent.delay > 0) {
    const due = now + parent.delay
    moveTo(tx, queue, parent, State.delayed, delayedPlace(tx, queue, due))
    emit(tx, queue, 'delayed', { jobId: parent.id, delay: due })
  } else {
    putInLine(tx, queue, parent, 'front', 'waiting-children', now)
  }
}

function findParent(tx: Transaction, key: string, { queueKey, id }: Partial<ParentKeys>) {
  if (!queueKey || !id) return findByKey(tx, key)
  const queue = tx.queue(queueKey)
  const job = findJob(tx, queue, id)
  return job && { queue, job }
}

/** A job that is tried again is again something that its parent waits for. */
export function childReturns(tx: Transaction, queue: QueueRow, job: JobRow): void {
  const parent = parentOf(job)
  const found = parent && findParent(tx, parent.key, parent.flags)
  if (!found) return
  const childKey = jobKey(queue, job.id)
  const before = job.state === State.failed ? [Dependency.failed, Dependency.ignored] : [Dependency.processed]
  if (!before.some((status) => dropDependency(tx, found.job.key, childKey, status))) return
  addDependency(tx, found.job.key, childKey, Dependency.pending)
}

/**
 * A child goes away unfinished. When it was the last one that its parent waited for, the parent goes on, unless
 * `removeParentsOf` is the parent's queue: then it goes away too. Gives whether the child was pending.
 */
export function childRemoved(
  tx: Transaction,
  childKey: string,
  parentKey: string,
  removeParentsOf: string | null,
): boolean {
  const found = findByKey(tx, parentKey)
  if (!found || !dropDependency(tx, found.job.key, childKey, Dependency.pending)) return false
  const { queue, job } = found
  if (job.state !== State.waitingChildren || hasDependency(tx, job.key, Dependency.pending)) return true
  if (removeParentsOf === queue.name) {
    if (job.parent_key) childRemoved(tx, parentKey, job.parent_key, removeParentsOf)
    deleteJob(tx, queue, job.key)
  } else {
    const { state, place } = placeInLine(queue, 0, 'front')
    moveTo(tx, queue, job, state, place, Date.now())
    if (removeParentsOf === null) emit(tx, queue, 'waiting', { jobId: job.id, prev: 'waiting-children' })
  }
  return true
}
