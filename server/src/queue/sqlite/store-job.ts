import type { JobsOptions } from 'bullmq'
import { textOf, whole } from './accepting.ts'
import { emit } from './events.ts'
import { freeKey } from './job-key.ts'
import { isInline, storeAside } from './payload.ts'
import { delayedPlace, dueAt, placeInLine } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** A job that is about to come into being. */
export interface NewJob {
  id: string
  name: string
  /** JSON text. */
  data: string
  opts: JobsOptions
  timestamp: number
  parentKey: string | null
  /** JSON text of BullMQ's ParentKeys. */
  parent: string | null
  scheduler: string | null
  /** It waits for its children first, whatever its options say. */
  waitsForChildren?: boolean
}

const insertJob = `INSERT INTO job (key, queue, id, state, place, name, opts, added_at, delay, priority, parent_key, parent, scheduler, dedup_id, aside, data)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Writes a job into the state that its options ask for and tells so; its id must be free. */
export function storeJob(tx: Transaction, queue: QueueRow, job: NewJob): void {
  const number = queue.ensure()
  const { opts } = job
  const timestamp = whole(job.timestamp)
  const delay = delayOf(opts)
  const priority = opts.priority ?? 0
  const { state, place } = firstPlace(tx, queue, { ...job, timestamp }, delay, priority)
  const key = freeKey(tx, queue, job.id)
  const inline = isInline(job.data)
  tx.sql(insertJob).run(
    key,
    number,
    job.id,
    state,
    place,
    job.name,
    JSON.stringify(opts),
    timestamp,
    delay,
    priority,
    job.parentKey,
    job.parent,
    job.scheduler === null ? null : textOf(job.scheduler),
    opts.deduplication?.id === undefined ? null : textOf(opts.deduplication.id),
    inline ? 0 : 1,
    inline ? job.data : null,
  )
  if (!inline) storeAside(tx, key, job.data)
  queue.moved(null, state)
  emit(tx, queue, 'added', { jobId: job.id, name: job.name })
  announce(tx, queue, job.id, state, dueAt(timestamp, delay))
}

/** What is kept of a delay, in whole milliseconds: also of one that does not delay. */
export const delayOf = ({ delay }: JobsOptions) => whole(Number(delay ?? 0)) || 0

function firstPlace(tx: Transaction, queue: QueueRow, job: NewJob, delay: number, priority: number) {
  if (job.waitsForChildren) return { state: State.waitingChildren, place: job.timestamp }
  // Only a number delays, as on Redis.
  if (delay > 0 && typeof job.opts.delay === 'number')
    return { state: State.delayed, place: delayedPlace(tx, queue, dueAt(job.timestamp, delay)) }
  return placeInLine(queue, priority, job.opts.lifo ? 'front' : 'back')
}

function announce(tx: Transaction, queue: QueueRow, jobId: string, state: State, due: number) {
  if (state === State.delayed) emit(tx, queue, 'delayed', { jobId, delay: due })
  else emit(tx, queue, state === State.waitingChildren ? 'waiting-children' : 'waiting', { jobId })
}
