import type {
  IQueueBackend,
  JobJson,
  JobProgress,
  JobsOptions,
  KeepJobs,
  MinimalJob,
  MoveToDelayedOpts,
  MoveToWaitingChildrenOpts,
  ParentKeyOpts,
  RepeatableOptions,
  RetryJobOpts,
  RetryOptions,
} from 'bullmq'
import { acceptJob, finite, textOf } from './accepting.ts'
import { addFlow, addJob, addJobs, type Addition, type FlowNode } from './adding.ts'
import { ReadingBackend } from './backend-reading.ts'
import { holderOf, releaseDedup } from './dedup.ts'
import { emit, trimEvents } from './events.ts'
import { finishJob } from './finishing.ts'
import { extendLock, recoverStalled } from './locks.ts'
import type { Outcome } from './metrics.ts'
import * as deadLetters from './dead-letters.ts'
import * as moving from './moving.ts'
import * as notes from './notes.ts'
import * as removing from './removing.ts'
import * as trees from './removing-trees.ts'
import { continueScheduler, removeScheduler, upsertScheduler } from './schedulers.ts'
import { takeNext, type Taken, type Taker } from './taking.ts'
import type { QueueRow } from './queue-row.ts'
import { atOnce } from './steps.ts'
import type { Transaction } from './transaction.ts'
import * as updating from './updating.ts'

/** BullMQ's defaults for options that a worker may leave out. */
const DEFAULT_LOCK_MS = 30_000
const DEFAULT_STALLED_INTERVAL_MS = 30_000
const DEFAULT_MAX_STALLED = 1

/** More than this, some 10 ms of work, do not share a transaction with others. */
const MANY_JOBS = 1000

/**
 * BullMQ's backend on a SQLite file: each method is one operation of the modules beside this file, run in a transaction.
 * The semantics are those of BullMQ's scripts for Redis, error codes included.
 */
export class SqliteBackend extends ReadingBackend implements IQueueBackend {
  forQueue(queueName: string, prefix = this.who.prefix): IQueueBackend {
    return new SqliteBackend(this.file, { ...this.who, queueName, prefix, clientName: null }, false)
  }

  // ── adding ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async addJob(job: JobJson, jobId: string, parentKeyOpts?: ParentKeyOpts): Promise<string> {
    const addition = accepted({ job, jobId, parentKeyOpts })
    return this.write((tx, queue) => addJob(tx, queue, addition))
  }

  async addJobs(entries: { job: JobJson; jobId: string; parentKeyOpts?: ParentKeyOpts }[]): Promise<string[]> {
    const additions = entries.map(accepted)
    const add = (tx: Transaction, queue: QueueRow) => addJobs(tx, queue, additions)
    return entries.length <= MANY_JOBS ? this.write((tx, queue) => atOnce(add(tx, queue))) : this.writeInSteps(add)
  }

  async addFlow(
    entries: { jobData: JobJson; jobId: string; parentKeyOpts: ParentKeyOpts; prefix: string; queueName: string }[],
  ): Promise<[Error | null, string | number][]> {
    const nodes = entries.map(({ jobData, prefix, queueName, ...entry }): FlowNode => ({
      ...accepted({ ...entry, job: jobData }),
      queueName: `${prefix}:${queueName}`,
    }))
    const add = (tx: Transaction) => addFlow(tx, nodes)
    const answers = await (nodes.length <= MANY_JOBS ? this.write((tx) => atOnce(add(tx))) : this.writeInSteps(add))
    return answers.map((answer) => [null, answer])
  }

  // ── taking and finishing ────────────────────────────────────────────────────────────────────────────────────────

  async moveToActive(token: string, name?: string): Promise<Taken> {
    try {
      return await this.write((tx, queue) => takeNext(tx, queue, this.#taker(token, name), Date.now()))
    } catch (error) {
      throw this.toldAsStoreError(error)
    }
  }

  moveToCompleted<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    returnValue: R,
    removeOnComplete: boolean | number | KeepJobs,
    token: string,
    fetchNext: boolean,
  ) {
    const value = JSON.stringify(returnValue) ?? 'null'
    const keep = keepOf(removeOnComplete, this.who.options.removeOnComplete)
    return this.#finish(job, 'completed', value, keep, token, fetchNext, undefined)
  }

  moveToFailed<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    failedReason: string,
    removeOnFail: boolean | number | KeepJobs,
    token: string,
    fetchNext: boolean,
    fieldsToUpdate?: Record<string, unknown>,
  ) {
    const keep = keepOf(removeOnFail, this.who.options.removeOnFail)
    const { stacktrace } = fieldsOf(fieldsToUpdate)
    return this.#finish(job, 'failed', failedReason ?? 'null', keep, token, fetchNext, stacktrace)
  }

  async #finish(
    job: Pick<MinimalJob, 'id' | 'opts'>,
    outcome: Outcome,
    value: string,
    keep: removing.Keep,
    token: string,
    fetchNext: boolean,
    stacktrace: string | undefined,
  ) {
    const finishedOn = Date.now()
    const { metrics, name } = this.who.options
    const finish = {
      jobId: job.id ?? '',
      outcome,
      value,
      token,
      keep,
      attempts: job.opts.attempts,
      stacktrace,
      maxMetricPoints: metrics?.maxDataPoints ?? 0,
      next: fetchNext && !this.closing ? this.#taker(token, name) : null,
    }
    const result = await this.write((tx, queue) => finishJob(tx, queue, finish, finishedOn))
    return { result, finishedOn }
  }

  #taker(token: string, name: string | undefined): Taker {
    const { lockDuration = DEFAULT_LOCK_MS, limiter } = this.who.options
    return { token, name, lockDurationMs: lockDuration, limiter }
  }

  async moveToDelayed(
    jobId: string,
    timestamp: number,
    delay: number,
    token = '0',
    opts: MoveToDelayedOpts = {},
  ): Promise<Taken | []> {
    const { name } = this.who.options
    const at = { timestamp: finite(timestamp, 'The time of a delay'), delay: finite(delay, 'The delay of a job') }
    return this.write((tx, queue) => {
      const now = Date.now()
      const how = { countsAttempt: !opts.skipAttempt, fields: fieldsOf(opts.fieldsToUpdate) }
      moving.delayActive(tx, queue, jobId, token, at, how, now)
      if (!opts.fetchNext || this.closing) return []
      const next = takeNext(tx, queue, this.#taker(token, name), now)
      return next[0] ? next : []
    })
  }

  moveToWaitingChildren(jobId: string, token: string, { child }: MoveToWaitingChildrenOpts = {}): Promise<boolean> {
    const childKey = child ? `${child.queue}:${child.id}` : null
    return this.write((tx, queue) => moving.waitForChildren(tx, queue, jobId, token, childKey, Date.now()))
  }

  moveJobFromActiveToWait(jobId: string, token = '0'): Promise<number> {
    return this.write((tx, queue) => moving.giveBack(tx, queue, jobId, token, Date.now()))
  }

  retryJob(jobId: string, lifo: boolean, token = '0', opts: RetryJobOpts = {}): Promise<void> {
    const fields = fieldsOf(opts.fieldsToUpdate)
    return this.write((tx, queue) => moving.retryActive(tx, queue, jobId, lifo, token, fields, Date.now()))
  }

  retryFinishedJob<T, R, N extends string>(
    job: MinimalJob<T, R, N>,
    state: 'failed' | 'completed',
    { resetAttemptsMade = false, resetAttemptsStarted = false }: RetryOptions = {},
  ): Promise<void> {
    const resets = { attemptsMade: resetAttemptsMade, attemptsStarted: resetAttemptsStarted }
    return this.write((tx, queue) =>
      moving.retryFinished(tx, queue, job.id ?? '', state, job.opts.lifo === true, resets, Date.now()),
    )
  }

  promote(jobId: string): Promise<void> {
    return this.write((tx, queue) => moving.promote(tx, queue, jobId, Date.now()))
  }

  moveStalledJobsToWait(): Promise<string[]> {
    const { maxStalledCount = DEFAULT_MAX_STALLED, stalledInterval = DEFAULT_STALLED_INTERVAL_MS } = this.who.options
    return this.write((tx, queue) => recoverStalled(tx, queue, maxStalledCount, stalledInterval, Date.now()))
  }

  retryFinishedJobs(state: 'completed' | 'failed' = 'failed', count = 1000, timestamp = Date.now()): Promise<number> {
    return this.write((tx, queue) => moving.moveToWaiting(tx, queue, state, count, timestamp, Date.now()))
  }

  promoteJobs(count = 1000): Promise<number> {
    return this.write((tx, queue) => moving.moveToWaiting(tx, queue, 'delayed', count, null, Date.now()))
  }

  extendLock(jobId: string, token: string, duration: number): Promise<number> {
    return this.write((tx, queue) => (extendLock(tx, queue, jobId, token, duration, Date.now()) ? 1 : 0))
  }

  extendLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    return this.write((tx, queue) => {
      const now = Date.now()
      return jobIds.filter((jobId, at) => !extendLock(tx, queue, jobId, tokens[at] ?? '', duration, now))
    })
  }

  // ── changing ────────────────────────────────────────────────────────────────────────────────────────────────────

  updateData<T, R, N extends string>(job: MinimalJob<T, R, N>, data: T): Promise<void> {
    const text = JSON.stringify(data) ?? '{}'
    return this.write((tx, queue) => updating.updateData(tx, queue, job.id ?? '', text))
  }

  updateProgress(jobId: string, progress: JobProgress): Promise<void> {
    const text = JSON.stringify(progress) ?? 'null'
    return this.write((tx, queue) => updating.updateProgress(tx, queue, jobId, text))
  }

  addLog(jobId: string, logRow: string, keepLogs?: number): Promise<number> {
    return this.write((tx, queue) => updating.addLog(tx, queue, jobId, logRow, keepLogs))
  }

  clearLogs(jobId: string, keepLogs?: number): Promise<void> {
    return this.write((tx, queue) => updating.clearLog(tx, queue, jobId, keepLogs))
  }

  async changeDelay(jobId: string, delay: number): Promise<void> {
    const ms = finite(delay, 'The delay of a job')
    return this.write((tx, queue) => moving.changeDelay(tx, queue, jobId, ms, Date.now()))
  }

  async changePriority(jobId: string, priority = 0, lifo = false): Promise<void> {
    const number = finite(priority, 'The priority of a job')
    return this.write((tx, queue) => moving.changePriority(tx, queue, jobId, number, lifo))
  }

  // ── removing ────────────────────────────────────────────────────────────────────────────────────────────────────

  async remove(jobId: string, removeChildren: boolean): Promise<number> {
    const removed = await this.write((tx, queue) =>
      removeChildren && trees.hasChildren(tx, queue, jobId) ? null : trees.removeJob(tx, queue, jobId, Date.now()),
    )
    return removed ?? this.writeInSteps((tx, queue) => trees.removeTree(tx, queue, jobId, Date.now()))
  }

  removeUnprocessedChildren(jobId: string): Promise<void> {
    return this.writeInSteps((tx, queue) => trees.removeUnprocessedChildren(tx, queue, jobId, Date.now()))
  }

  removeChildDependency(jobId: string, parentKey: string): Promise<boolean> {
    return this.write((tx, queue) => trees.removeChildDependency(tx, queue, jobId, parentKey))
  }

  drain(delayed: boolean): Promise<void> {
    return this.writeInSteps((tx, queue) => removing.drain(tx, queue, delayed))
  }

  cleanJobsByState(state: string, timestamp: number, limit = 0): Promise<string[]> {
    return this.write((tx, queue) => removing.clean(tx, queue, state, timestamp, limit, Date.now()))
  }

  obliterate({ force, count }: { force: boolean; count: number }): Promise<number> {
    return this.write((tx, queue) => removing.obliterate(tx, queue, count, force))
  }

  /** A job and its state are one row here: there are no orphans. */
  removeOrphanedJobs(): Promise<number> {
    return Promise.resolve(0)
  }

  removeDeduplicationKey(deduplicationId: string, jobId: string): Promise<number> {
    return this.write((tx, queue) => {
      const holder = holderOf(tx, queue, deduplicationId, Date.now())
      return holder?.jobId === jobId ? releaseDedup(tx, queue, deduplicationId) : 0
    })
  }

  deleteDeduplicationKey(deduplicationId: string): Promise<number> {
    return this.write((tx, queue) => releaseDedup(tx, queue, deduplicationId))
  }

  // ── schedulers ──────────────────────────────────────────────────────────────────────────────────────────────────

  async addJobScheduler(
    id: string,
    nextMillis: number,
    templateData: string,
    templateOpts: JobsOptions,
    opts: RepeatableOptions,
    jobOpts: JobsOptions,
  ): Promise<[string, number]> {
    if (id === undefined || id === null) throw new Error('A job scheduler needs an id')
    const upsert = { id, nextMillis, templateData, templateOpts, opts, jobOpts }
    return this.write((tx, queue) => upsertScheduler(tx, queue, upsert, Date.now()))
  }

  updateJobSchedulerNextMillis(
    id: string,
    nextMillis: number,
    _templateData: string,
    jobOpts: JobsOptions,
    producerId?: string,
  ): Promise<string | null> {
    return this.write((tx, queue) => continueScheduler(tx, queue, id, nextMillis, jobOpts, producerId, Date.now()))
  }

  removeJobScheduler(id: string): Promise<number> {
    return this.write((tx, queue) => removeScheduler(tx, queue, id))
  }

  // ── notes, which BullMQ knows nothing of ────────────────────────────────────────────────────────────────────────────

  /**
   * Keeps a text under a name for the processes around the queue, and gives the time at which it was written.
   *
   * @param book see {@link notes.bookOf}
   */
  writeNote(name: string, text: string, keeping: notes.Keeping, book?: string): Promise<number> {
    return this.write((tx) => {
      const writtenAt = Date.now()
      notes.writeNote(tx, notes.bookOf(this.qualifiedName, book), { name, writtenAt, text }, keeping)
      return writtenAt
    })
  }

  /** The same for a time of its own; false, and nothing is written, when the book has so many already. */
  writeNoteIfRoom(name: string, text: string, keeping: notes.Leaving, book?: string): Promise<boolean> {
    return this.write((tx) => {
      const note = { name, writtenAt: Date.now(), text }
      return notes.writeNoteIfRoom(tx, notes.bookOf(this.qualifiedName, book), note, keeping)
    })
  }

  hastenNote(name: string, leaving: notes.Leaving, book?: string): Promise<void> {
    return this.write((tx) => notes.hastenNote(tx, notes.bookOf(this.qualifiedName, book), name, Date.now(), leaving))
  }

  removeNote(name: string, book?: string): Promise<void> {
    return this.write((tx) => notes.removeNote(tx, notes.bookOf(this.qualifiedName, book), name))
  }

  /** Adds one to the running number with this name. */
  tally(name: string): Promise<void> {
    return this.write((tx) => notes.tally(tx, this.qualifiedName, name))
  }

  // ── operations on dead letters ──────────────────────────────────────────────────────────────────────────────────────

  /** Makes the list of a preview of the oldest there are, and forgets lists that are out of bounds. */
  chooseAllDeadLetters(
    operation: string,
    limit: number,
    bounds: deadLetters.Bounds,
    sample: number,
  ): Promise<deadLetters.Listed> {
    return this.write((tx, queue) => {
      deadLetters.chooseAll(tx, queue, operation, limit, Date.now())
      return deadLetters.previewed(tx, operation, bounds, sample, Date.now())
    })
  }

  /** Begins a list or goes on with one that has `before`; gives how many it has now, null when it has another number. */
  chooseDeadLetters(operation: string, deaths: readonly deadLetters.Death[], before: number): Promise<number | null> {
    return this.write((tx, queue) => deadLetters.choose(tx, queue, operation, deaths, before, Date.now()))
  }

  /** Makes a list that has `count` one of a preview, and forgets those out of bounds; null when it has another number. */
  finishDeadLetterList(
    operation: string,
    count: number,
    bounds: deadLetters.Bounds,
    sample: number,
  ): Promise<deadLetters.Listed | null> {
    return this.write((tx) => {
      if (deadLetters.tallyOf(tx, operation)?.chosen !== count) return null
      deadLetters.leaveOncePerJob(tx, operation)
      return deadLetters.previewed(tx, operation, bounds, sample, Date.now())
    })
  }

  /** Forgets lists of all queues that are out of bounds. */
  forgetDeadLetterLists(bounds: deadLetters.Bounds): Promise<void> {
    return this.write((tx) => deadLetters.forgetOld(tx, null, bounds, Date.now()))
  }

  /** Makes the list of a preview that of an operation; null when it is gone. */
  keepDeadLetters(operation: string): Promise<deadLetters.Tally | null> {
    return this.write((tx) => deadLetters.keep(tx, operation, Date.now()))
  }

  /** Puts the next of the list back in line, as retrying jobs by `retryFinishedJob` does. */
  retryDeadLetters(operation: string, limit: number): Promise<deadLetters.Tally> {
    return this.write((tx, queue) => deadLetters.retryNext(tx, queue, operation, limit, Date.now()))
  }

  /** The same as for dead letters with the delayed jobs that are due next. */
  chooseAllDelayed(
    operation: string,
    limit: number,
    bounds: deadLetters.Bounds,
    sample: number,
  ): Promise<deadLetters.Listed> {
    return this.write((tx, queue) => {
      deadLetters.chooseAllDelayed(tx, queue, operation, limit, Date.now())
      return deadLetters.previewed(tx, operation, bounds, sample, Date.now())
    })
  }

  /** Puts the next delayed jobs of the list in line. */
  promoteNext(operation: string, limit: number): Promise<deadLetters.Tally> {
    return this.write((tx, queue) => deadLetters.promoteNext(tx, queue, operation, limit, Date.now()))
  }

  /** Removes the next of the list as `remove` does without children, but for those with children that are not over. */
  discardDeadLetters(operation: string, limit: number): Promise<deadLetters.Tally> {
    return this.writeInSteps((tx, queue) => deadLetters.discardNext(tx, queue, operation, limit, Date.now()))
  }

  // ── settings of the queue ───────────────────────────────────────────────────────────────────────────────────────

  pause(pause: boolean): Promise<void> {
    return this.write((tx, queue) => {
      const { paused: _, ...others } = queue.meta
      queue.setMeta(pause ? { ...others, paused: '1' } : others)
      if (pause) queue.setPausedAt(Date.now())
      emit(tx, queue, pause ? 'paused' : 'resumed')
    })
  }

  setQueueMeta(values: Record<string, string | number>): Promise<number> {
    return this.write((_tx, queue) => {
      const added = Object.entries(values).map(([field, value]) => [field, String(value)] as const)
      const fresh = added.filter(([field]) => !(field in queue.meta)).length
      if (added.some(([field, value]) => queue.meta[field] !== value)) {
        queue.setMeta({ ...queue.meta, ...Object.fromEntries(added) })
      }
      return fresh
    })
  }

  removeQueueMetaFields(fields: string[]): Promise<number> {
    return this.write((_tx, queue) => {
      const left = Object.entries(queue.meta).filter(([field]) => !fields.includes(field))
      const removed = Object.keys(queue.meta).length - left.length
      if (removed > 0) queue.setMeta(Object.fromEntries(left))
      return removed
    })
  }

  async setRateLimit(expireTimeMs: number): Promise<void> {
    const ms = Math.ceil(finite(expireTimeMs, 'The time of a rate limit'))
    return this.write((_tx, queue) => queue.setLimiter(Number.MAX_SAFE_INTEGER, Date.now() + ms))
  }

  removeRateLimitKey(): Promise<number> {
    return this.write((_tx, queue) => {
      if (queue.limiter.until <= Date.now()) return 0
      queue.setLimiter(0, 0)
      return 1
    })
  }

  /** A key of BullMQ's early versions, which were never on SQLite. */
  removeDeprecatedPriorityKey(): Promise<number> {
    return Promise.resolve(0)
  }

  trimEvents(maxLength: number): Promise<number> {
    return this.write((tx, queue) => trimEvents(tx, queue, maxLength))
  }

  publishEvent({ event, ...fields }: Record<string, string | number>, maxEvents: number): Promise<string> {
    return this.write((tx, queue) => {
      const id = emit(tx, queue, String(event), fields)
      trimEvents(tx, queue, maxEvents)
      return String(id)
    })
  }
}

const accepted = ({ job, jobId, parentKeyOpts }: Addition): Addition => ({
  job: acceptJob(job),
  jobId: textOf(jobId),
  parentKeyOpts,
})

/** How BullMQ reads `removeOnComplete` and `removeOnFail`: of the job first, of the worker when the job says nothing. */
function keepOf(ofJob: boolean | number | KeepJobs | undefined, ofWorker: KeepJobs | undefined): removing.Keep {
  if (ofJob === undefined) return ofWorker ?? { count: -1 }
  if (typeof ofJob === 'object') return ofJob
  if (typeof ofJob === 'number') return { count: ofJob }
  return { count: ofJob ? 0 : -1 }
}

const fieldsOf = (fields: Record<string, unknown> = {}): moving.AttemptFields => ({
  failedReason: typeof fields['failedReason'] === 'string' ? fields['failedReason'] : undefined,
  stacktrace: typeof fields['stacktrace'] === 'string' ? fields['stacktrace'] : undefined,
})
