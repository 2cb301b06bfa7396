import type { JobJson, JobsOptions, ParentKeys } from 'bullmq'
import { findKey, readById } from './job-key.ts'
import { readPayload, type PayloadColumns } from './payload.ts'
import type { QueueRow } from './queue-row.ts'
import type { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** A job without its data, and without its place, which may be beyond what a number holds exactly. */
export interface JobRow {
  key: number
  id: string
  state: State
  name: string
  opts: string
  added_at: number
  delay: number
  priority: number
  progress: string | null
  attempts_made: number
  attempts_started: number
  stalled_count: number
  processed_at: number | null
  processed_by: string | null
  finished_at: number | null
  return_value: string | null
  failed_reason: string | null
  deferred_failure: string | null
  parent_key: string | null
  parent: string | null
  scheduler: string | null
  dedup_id: string | null
  lock_token: string | null
  lock_until: number
}

/** A job with its data, or with the word where it is. */
export type WholeJobRow = JobRow & PayloadColumns

/** Times that somebody chose may be beyond what a number holds exactly, which only a REAL can be read with. */
export const jobColumns =
  'key, id, state, name, opts, added_at + 0.0 AS added_at, delay + 0.0 AS delay, priority, progress, attempts_made, attempts_started, stalled_count, processed_at, processed_by, finished_at, return_value, failed_reason, deferred_failure, parent_key, parent, scheduler, dedup_id, lock_token, lock_until'
export const allColumns = `${jobColumns}, aside, data`

const readRow = readById(jobColumns)
const readWholeRow = readById(allColumns)

export const findJob = (tx: Transaction, queue: QueueRow, id: string) => readRow(tx, queue, id) as JobRow | undefined

export const findWholeJob = (tx: Transaction, queue: QueueRow, id: string) =>
  readWholeRow(tx, queue, id) as WholeJobRow | undefined

export const jobExists = (tx: Transaction, queue: QueueRow, id: string): boolean => findKey(tx, queue, id) !== undefined

/** A job over all queues: the qualified name of its queue and its id. */
export const jobKey = (queue: QueueRow, id: string) => `${queue.name}:${id}`

/** The row that a key names, with its queue. Ids and prefixes may have colons, so each could be the one between them. */
export function findByKey(tx: Transaction, key: string): { queue: QueueRow; job: JobRow } | undefined {
  for (let colon = key.lastIndexOf(':'); colon > 0; colon = key.lastIndexOf(':', colon - 1)) {
    const queue = tx.queue(key.slice(0, colon))
    const job = queue.id === 0 ? undefined : findJob(tx, queue, key.slice(colon + 1))
    if (job) return { queue, job }
  }
  return undefined
}

/** The shape in which BullMQ takes a job from any store. */
export function toJobJson(tx: Transaction, row: WholeJobRow): JobJson {
  const { data, stacktrace } = readPayload(tx, row)
  const json: JobJson = {
    id: row.id,
    name: row.name,
    data,
    opts: JSON.parse(row.opts) as JobsOptions,
    progress: row.progress === null ? 0 : (JSON.parse(row.progress) as JobJson['progress']),
    attemptsMade: row.attempts_made,
    attemptsStarted: row.attempts_started,
    timestamp: row.added_at,
    delay: row.delay,
    priority: row.priority,
    stalledCounter: row.stalled_count,
    // Absent until there is one, whatever the declaration says: BullMQ tells "none" from "null" by that.
    failedReason: row.failed_reason as string,
    returnvalue: row.return_value as string,
  }
  if (row.failed_reason === null) delete (json as Partial<JobJson>).failedReason
  if (row.return_value === null) delete (json as Partial<JobJson>).returnvalue
  if (stacktrace !== undefined) json.stacktrace = stacktrace
  if (row.finished_at !== null) json.finishedOn = row.finished_at
  if (row.processed_at !== null) json.processedOn = row.processed_at
  if (row.processed_by !== null) json.processedBy = row.processed_by
  if (row.deferred_failure !== null) json.deferredFailure = row.deferred_failure
  if (row.parent_key !== null) json.parentKey = row.parent_key
  if (row.parent !== null) json.parent = JSON.parse(row.parent) as ParentKeys
  if (row.scheduler !== null) json.repeatJobKey = row.scheduler
  if (row.dedup_id !== null) json.deduplicationId = row.dedup_id
  return json
}
