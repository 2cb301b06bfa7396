import type { JobsOptions, RepeatableOptions } from 'bullmq'
import { textOf } from './accepting.ts'
import { deleteJob } from './delete-job.ts'
import { emit } from './events.ts'
import { findJob, jobExists } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import { discard } from './removing.ts'
import { findScheduler, runId, saveScheduler } from './scheduler-rows.ts'
import { State } from './state.ts'
import { storeJob } from './store-job.ts'
import type { Transaction } from './transaction.ts'

/** A scheduler as it is upserted. */
export interface Upsert {
  id: string
  nextMillis: number
  /** JSON text. */
  templateData: string
  templateOpts: JobsOptions
  opts: RepeatableOptions
  /** The options of the run that is laid out now. */
  jobOpts: JobsOptions
}

/** So many busy slots are passed over before the scheduler gives up (BullMQ's addJobScheduler script). */
const MAX_SLOTS = 32

/** Stores a scheduler and lays out its next run; gives that job's id and the time until it is due. */
export function upsertScheduler(tx: Transaction, queue: QueueRow, upsert: Upsert, now: number): [string, number] {
  const { id, opts, jobOpts } = upsert
  const before = findScheduler(tx, queue, id)
  const every = opts.every
  const offset = opts.offset ?? repeatOf(jobOpts).offset ?? 0
  const everyChanged = every !== undefined && before !== undefined && Number(before.fields['every']) !== every
  const slot =
    every === undefined
      ? { nextMillis: upsert.nextMillis, offset }
      : nextSlot(everyChanged ? undefined : before?.nextRun, every, now, offset, opts.startDate)
  let nextMillis = slot.nextMillis

  const waiting = before && findUnstartedRun(tx, queue, id, before.nextRun)
  // Refused before anything is written: this transaction is shared with others.
  const ownRun = waiting?.id
  const taken = (millis: number) => runId(id, millis) !== ownRun && jobExists(tx, queue, runId(id, millis))
  if (waiting && before && every !== undefined && !everyChanged) nextMillis = before.nextRun
  if (taken(nextMillis)) {
    if (every === undefined) {
      if (!waiting) throw refuse(refusals.schedulerIdCollision, { command: 'addJobScheduler' })
    } else {
      let slots = 0
      do {
        nextMillis += every
        slots += 1
      } while (taken(nextMillis) && slots < MAX_SLOTS)
      if (taken(nextMillis)) throw refuse(refusals.schedulerSlotsBusy, { command: 'addJobScheduler' })
    }
  }

  if (waiting) discard(tx, queue, waiting, { hard: true })
  const fields = schedulerFields(upsert, waiting ? opts.offset : slot.offset, before?.fields)
  saveScheduler(tx, queue, id, { nextRun: nextMillis, fields })
  return layOut(tx, queue, id, nextMillis, opts.name ?? '', upsert.templateData, jobOpts, now)
}

/** The run that is laid out and that nobody has begun yet. */
function findUnstartedRun(tx: Transaction, queue: QueueRow, id: string, nextRun: number) {
  const job = findJob(tx, queue, runId(id, nextRun))
  const unstarted: (State | undefined)[] = [State.delayed, State.prioritized, State.waiting]
  return unstarted.includes(job?.state) ? job : undefined
}

/** The run that has begun lays out the one after it. Gives its id, null when that is not its business. */
export function continueScheduler(
  tx: Transaction,
  queue: QueueRow,
  id: string,
  givenMillis: number,
  jobOpts: JobsOptions,
  producerId: string | undefined,
  now: number,
): string | null {
  const scheduler = findScheduler(tx, queue, id)
  if (!scheduler || producerId !== runId(id, scheduler.nextRun)) return null
  const { fields } = scheduler
  const every = Number(fields['every'] ?? repeatOf(jobOpts).every ?? 0)
  const offset = Number(fields['offset'] ?? repeatOf(jobOpts).offset ?? 0)
  const nextMillis =
    every > 0 ? nextSlot(scheduler.nextRun, every, now, offset, fields['startDate']).nextMillis : givenMillis
  if (jobExists(tx, queue, runId(id, nextMillis))) {
    emit(tx, queue, 'duplicated', { jobId: runId(id, nextMillis) })
    return null
  }
  const ran = String(Number(fields['ic'] ?? 0) + 1)
  saveScheduler(tx, queue, id, { nextRun: nextMillis, fields: { ...fields, ic: ran } })
  return layOut(tx, queue, id, nextMillis, fields['name'] ?? '', fields['data'] ?? '{}', jobOpts, now)[0]
}

function layOut(
  tx: Transaction,
  queue: QueueRow,
  schedulerId: string,
  nextMillis: number,
  name: string,
  data: string,
  jobOpts: JobsOptions,
  now: number,
): [string, number] {
  const id = runId(schedulerId, nextMillis)
  const delay = Math.max(nextMillis - now, 0)
  queue.nextJobId()
  const opts = { ...jobOpts, delay, jobId: id }
  storeJob(tx, queue, { id, name, data, opts, timestamp: now, parentKey: null, parent: null, scheduler: schedulerId })
  return [id, delay]
}

/** `0` when it was there, `1` when it was not, as BullMQ's script answers. */
export function removeScheduler(tx: Transaction, queue: QueueRow, id: string): number {
  const scheduler = findScheduler(tx, queue, id)
  if (!scheduler) return 1
  const job = findJob(tx, queue, runId(id, scheduler.nextRun))
  if (job?.state === State.delayed) {
    deleteJob(tx, queue, job.key)
    emit(tx, queue, 'removed', { jobId: job.id, prev: 'delayed' })
  }
  tx.sql('DELETE FROM scheduler WHERE queue = ? AND id = ?').run(queue.id, textOf(id))
  return 0
}

/** When a scheduler that runs every so many milliseconds runs next, and how far its slots are shifted. */
function nextSlot(before: number | undefined, every: number, now: number, offset: number, startDate: unknown) {
  const slotOf = (time: number) => Math.floor(time / every) * every
  let nextMillis: number
  if (before === undefined) {
    if (startDate) nextMillis = Math.max(Number(startDate), now)
    else if (offset > 0) nextMillis = slotOf(now) + offset > now ? slotOf(now) + offset : slotOf(now) + offset + every
    else nextMillis = now
  } else {
    nextMillis = before + every
    if (nextMillis < now) nextMillis = slotOf(now) + offset > now ? slotOf(now) + offset : slotOf(now) + offset + every
  }
  const shift = offset === 0 ? nextMillis - slotOf(nextMillis) : offset
  return { nextMillis: Math.floor(nextMillis), offset: Math.floor(shift) }
}

function schedulerFields(
  upsert: Upsert,
  offset: number | undefined,
  before: Record<string, string> | undefined,
): Record<string, string> {
  const { tz, limit, pattern, startDate, endDate, every, name } = upsert.opts
  const given = { name, tz, limit, pattern, startDate, endDate, every, offset: offset ?? before?.['offset'] }
  const fields: Record<string, string> = {}
  for (const [field, value] of Object.entries(given))
    if (value !== undefined && value !== null) fields[field] = String(value)
  const template = JSON.stringify(upsert.templateOpts)
  if (template !== '{}') fields['opts'] = template
  if (upsert.templateData && upsert.templateData !== '{}') fields['data'] = upsert.templateData
  fields['ic'] = before?.['ic'] ?? '1'
  return fields
}

/** What a run's options say of the repetition; the declaration leaves out what BullMQ itself puts there. */
const repeatOf = (opts: JobsOptions) => ('repeat' in opts ? opts.repeat : {}) as { offset?: number; every?: number }
