import type { DeduplicationOptions } from 'bullmq'
import { textOf, whole } from './accepting.ts'
import { emit } from './events.ts'
import { deleteJob } from './delete-job.ts'
import { addDependency, Dependency } from './dependencies.ts'
import { findByKey, findJob, jobExists, jobKey } from './job-row.ts'
import { delayedPlace, dueAt, moveTo } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { State } from './state.ts'
import { delayOf, storeJob, type NewJob } from './store-job.ts'
import type { Transaction } from './transaction.ts'

interface Holder {
  jobId: string
  /** Null: until the job is finished. */
  expiresAt: number | null
}

/** A time beyond what a number holds exactly is read as a REAL. */
const read = 'SELECT job_id, expires_at + 0.0 AS expires_at FROM dedup WHERE queue = ? AND id = ?'

/** The job that holds a deduplication id at the moment. */
export function holderOf(tx: Transaction, queue: QueueRow, id: string, now: number): Holder | null {
  const row = tx.sql(read).get(queue.id, textOf(id))
  if (!row) return null
  const expiresAt = row['expires_at'] === null ? null : Number(row['expires_at'])
  return expiresAt !== null && expiresAt <= now ? null : { jobId: String(row['job_id']), expiresAt }
}

export function releaseDedup(tx: Transaction, queue: QueueRow, id: string): number {
  return Number(tx.sql('DELETE FROM dedup WHERE queue = ? AND id = ?').run(queue.id, textOf(id)).changes)
}

function hold(tx: Transaction, queue: QueueRow, id: string, jobId: string, expiresAt: number | null) {
  tx.sql('INSERT OR REPLACE INTO dedup (queue, id, job_id, expires_at) VALUES (?, ?, ?, ?)').run(
    queue.ensure(),
    textOf(id),
    jobId,
    expiresAt,
  )
}

const forgetNext = (tx: Transaction, queue: QueueRow, id: string) =>
  tx.sql('DELETE FROM dedup_next WHERE queue = ? AND id = ?').run(queue.id, textOf(id))

/** A window that ends with the job when the last one is to be kept, and at its time otherwise. */
const windowEnd = ({ ttl, keepLastIfActive }: DeduplicationOptions, now: number) =>
  !keepLastIfActive && ttl && ttl > 0 ? whole(now + ttl) : null

/**
 * Decides whether a new job may come into being. Gives null when it may, and otherwise the id of the job that stands
 * for it. `replaceable` is false for parents of flows, which never replace another job.
 */
export function deduplicate(
  tx: Transaction,
  queue: QueueRow,
  job: NewJob,
  childOf: string | null,
  replaceable: boolean,
): string | null {
  const options = job.opts.deduplication
  if (!options?.id) return null
  const now = job.timestamp
  const holder = holderOf(tx, queue, options.id, now)
  if (!holder || recoverStale(tx, queue, holder)) {
    hold(tx, queue, options.id, job.id, windowEnd(options, now))
    if (holder) forgetNext(tx, queue, options.id)
    return null
  }
  if (replaceable && options.replace) return replace(tx, queue, job, options, holder, childOf)
  if (keepForLater(tx, queue, job, options, holder, childOf)) return holder.jobId
  if (options.extend && options.ttl && options.ttl > 0) {
    hold(tx, queue, options.id, holder.jobId, windowEnd(options, now))
  }
  deduplicated(tx, queue, holder.jobId, options.id, job.id)
  if (replaceable && options.reschedule) reschedule(tx, queue, job, holder.jobId)
  return holder.jobId
}

/** The job that holds an id without end is gone, by an outage say: then it holds nothing. */
const recoverStale = (tx: Transaction, queue: QueueRow, holder: Holder) =>
  holder.expiresAt === null && !jobExists(tx, queue, holder.jobId)

function replace(
  tx: Transaction,
  queue: QueueRow,
  job: NewJob,
  options: DeduplicationOptions,
  holder: Holder,
  childOf: string | null,
) {
  const held = findJob(tx, queue, holder.jobId)
  if (held?.state !== State.delayed) {
    keepForLater(tx, queue, job, options, holder, childOf)
    return holder.jobId
  }
  deleteJob(tx, queue, held.key)
  emit(tx, queue, 'removed', { jobId: held.id, prev: 'delayed' })
  deduplicated(tx, queue, job.id, options.id, held.id)
  forgetNext(tx, queue, options.id)
  const keepsItsWindow = !options.keepLastIfActive && !options.extend && options.ttl && options.ttl > 0
  hold(tx, queue, options.id, job.id, keepsItsWindow ? holder.expiresAt : windowEnd(options, job.timestamp))
  return null
}

/** With `keepLastIfActive`, what comes while the holder is being worked on is stored and follows when it is finished. */
function keepForLater(
  tx: Transaction,
  queue: QueueRow,
  job: NewJob,
  options: DeduplicationOptions,
  holder: Holder,
  childOf: string | null,
): boolean {
  if (!options.keepLastIfActive || findJob(tx, queue, holder.jobId)?.state !== State.active) return false
  const later = JSON.stringify({ ...job, childOf })
  tx.sql('INSERT OR REPLACE INTO dedup_next (queue, id, job) VALUES (?, ?, ?)').run(queue.id, textOf(options.id), later)
  hold(tx, queue, options.id, holder.jobId, null)
  deduplicated(tx, queue, holder.jobId, options.id, job.id)
  return true
}

function reschedule(tx: Transaction, queue: QueueRow, job: NewJob, heldId: string) {
  const held = findJob(tx, queue, heldId)
  if (held?.state !== State.delayed) return
  const delay = delayOf(job.opts)
  const due = dueAt(job.timestamp, delay)
  tx.sql('UPDATE job SET delay = ? WHERE key = ?').run(delay, held.key)
  moveTo(tx, queue, held, State.delayed, delayedPlace(tx, queue, due))
  emit(tx, queue, 'delayed', { jobId: held.id, delay: due })
}

function deduplicated(
  tx: Transaction,
  queue: QueueRow,
  jobId: string,
  deduplicationId: string,
  deduplicatedJobId: string,
) {
  emit(tx, queue, 'deduplicated', { jobId, deduplicationId, deduplicatedJobId })
}

/** A job has finished: an id that it held until then is free again, and what was kept for later comes into being. */
export function dedupFinished(tx: Transaction, queue: QueueRow, id: string, jobId: string, now: number): void {
  const holder = holderOf(tx, queue, id, now)
  if (!holder) releaseDedup(tx, queue, id)
  else if (holder.expiresAt === null && holder.jobId === jobId) releaseDedup(tx, queue, id)
  const row = tx.sql('SELECT job FROM dedup_next WHERE queue = ? AND id = ?').get(queue.id, textOf(id))
  if (!row) return
  const { childOf, ...later } = JSON.parse(String(row['job'])) as NewJob & { childOf: string | null }
  queue.nextJobId()
  forgetNext(tx, queue, id)
  if (jobExists(tx, queue, later.id)) {
    emit(tx, queue, 'duplicated', { jobId: later.id })
    return
  }
  const options = later.opts.deduplication
  hold(tx, queue, id, later.id, options ? windowEnd(options, now) : null)
  storeJob(tx, queue, { ...later, timestamp: now })
  const parent = childOf === null ? undefined : findByKey(tx, childOf)
  if (parent) addDependency(tx, parent.job.key, jobKey(queue, later.id), Dependency.pending)
}

/** A job goes away: it no longer stands for others. */
export function dedupRemoved(tx: Transaction, queue: QueueRow, id: string, jobId: string, now: number): void {
  if (holderOf(tx, queue, id, now)?.jobId !== jobId) return
  releaseDedup(tx, queue, id)
  forgetNext(tx, queue, id)
}
