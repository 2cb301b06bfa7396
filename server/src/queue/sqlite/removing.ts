import { childRemoved, deleteJobRows, Dependency } from './dependencies.ts'
import { dedupRemoved } from './dedup.ts'
import { emit } from './events.ts'
import { findByKey, findJob, jobColumns, jobKey, type JobRow } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { refusals, refuse } from './refusal.ts'
import { currentJobIds, isCurrentJob } from './scheduler-rows.ts'
import { State, publicName, stateNamed } from './state.ts'
import type { Transaction } from './transaction.ts'

/** Takes a job out of its queue with all that belongs to it. `hard`: a parent that waited for it alone goes too. */
export function discard(
  tx: Transaction,
  queue: QueueRow,
  job: JobRow,
  { hard = false, keepsDedup = false } = {},
): void {
  if (job.parent_key) childRemoved(tx, jobKey(queue, job.id), job.parent_key, hard ? queue.name : null)
  if (job.dedup_id && !keepsDedup) dedupRemoved(tx, queue, job.dedup_id, job.id, Date.now())
  queue.moved(job.state, null)
  deleteJobRows(tx, job.key)
}

const locked = (job: JobRow, now: number) => job.lock_token !== null && job.lock_until > now

/** `1` when the job (and its children, when asked) are gone, `0` when one of them is locked and nothing was done. */
export function removeJob(tx: Transaction, queue: QueueRow, id: string, withChildren: boolean, now: number): number {
  const job = findJob(tx, queue, id)
  if (!job) return 1
  if (isCurrentJob(tx, queue, job)) throw refuse(refusals.belongsToScheduler, { jobId: id, command: 'removeJob' })
  if (anyLocked(tx, job, withChildren, now)) return 0
  removeTree(tx, queue, job, { withChildren, onlyUnprocessed: false, now })
  return 1
}

function anyLocked(tx: Transaction, job: JobRow, withChildren: boolean, now: number): boolean {
  if (locked(job, now)) return true
  if (!withChildren) return false
  return childKeys(tx, job.key, [Dependency.pending]).some((key) => {
    const child = findByKey(tx, key)
    return child !== undefined && anyLocked(tx, child.job, true, now)
  })
}

interface TreeOptions {
  withChildren: boolean
  /** Leaves alone what was worked on: finished children, failed ones and those that are locked. */
  onlyUnprocessed: boolean
  now: number
}

function removeTree(tx: Transaction, queue: QueueRow, job: JobRow, options: TreeOptions) {
  if (options.onlyUnprocessed && (locked(job, options.now) || job.state === State.failed)) return
  if (job.parent_key) childRemoved(tx, jobKey(queue, job.id), job.parent_key, null)
  if (options.withChildren) removeChildren(tx, job, options)
  if (job.dedup_id) dedupRemoved(tx, queue, job.dedup_id, job.id, options.now)
  queue.moved(job.state, null)
  deleteJobRows(tx, job.key)
  const prev = job.state === State.waiting ? 'wait' : publicName[job.state]
  emit(tx, queue, 'removed', { jobId: job.id, prev })
}

function removeChildren(tx: Transaction, parent: JobRow, options: TreeOptions) {
  const { pending, processed, ignored, failed } = Dependency
  const statuses = options.onlyUnprocessed ? [pending] : [processed, ignored, failed, pending]
  for (const key of childKeys(tx, parent.key, statuses)) {
    const child = findByKey(tx, key)
    if (child) removeTree(tx, child.queue, child.job, options)
  }
}

/** Removes the children of a job that nobody has begun to work on. */
export function removeUnprocessedChildren(tx: Transaction, queue: QueueRow, id: string, now: number): void {
  const job = findJob(tx, queue, id)
  if (job) removeChildren(tx, job, { withChildren: true, onlyUnprocessed: true, now })
}

function childKeys(tx: Transaction, parent: number, statuses: number[]): string[] {
  return statuses.flatMap((status) =>
    tx
      .sql('SELECT child_key FROM dependency WHERE parent = ? AND status = ? ORDER BY since, child_key')
      .all(parent, status)
      .map((row) => String(row['child_key'])),
  )
}

/** Takes a child from its parent, which goes on without it. False when it was no pending child of that parent. */
export function removeChildDependency(tx: Transaction, queue: QueueRow, id: string, parentKey: string): boolean {
  const attempt = { jobId: id, parentKey, command: 'removeChildDependency' }
  const job = findJob(tx, queue, id)
  if (!job) throw refuse(refusals.jobMissing, attempt)
  if (!findByKey(tx, parentKey)) throw refuse(refusals.parentMissing, attempt)
  if (!childRemoved(tx, jobKey(queue, id), parentKey, null)) return false
  tx.sql('UPDATE job SET parent_key = NULL, parent = NULL WHERE key = ?').run(job.key)
  return true
}

/** Removes what waits, and what is delayed when asked; what a scheduler has laid out for its next run stays. */
export function drain(tx: Transaction, queue: QueueRow, delayed: boolean): void {
  const scheduled = currentJobIds(tx, queue)
  const states = [State.waiting, ...(delayed ? [State.delayed] : []), State.prioritized]
  for (const state of states) {
    for (const job of jobsIn(tx, queue, state)) if (!scheduled.has(job.id)) discard(tx, queue, job, { hard: true })
  }
}

function jobsIn(tx: Transaction, queue: QueueRow, state: State, limit = -1): JobRow[] {
  return tx
    .sql(`SELECT ${jobColumns} FROM job WHERE queue = ? AND state = ? ORDER BY place LIMIT ?`)
    .all(queue.id, state, limit) as unknown as JobRow[]
}

/** Which of a job's times is compared, the first that it has. */
const ageColumn: Record<State, string> = {
  [State.waiting]: 'coalesce(finished_at, processed_at, added_at)',
  [State.active]: 'coalesce(finished_at, processed_at, added_at)',
  [State.delayed]: 'coalesce(processed_at, added_at)',
  [State.prioritized]: 'added_at',
  [State.waitingChildren]: 'place',
  [State.completed]: 'place',
  [State.failed]: 'place',
}

/** Removes jobs of a state that are not younger than a time, the oldest first, at most `limit` (0: all). Gives their ids. */
export function clean(
  tx: Transaction,
  queue: QueueRow,
  stateName: string,
  timestamp: number,
  limit: number,
  now: number,
): string[] {
  const state = stateNamed(stateName)
  const cleaned: string[] = []
  if (state !== undefined && queue.id !== 0) {
    const rows = tx
      .sql(`SELECT ${jobColumns} FROM job WHERE queue = ? AND state = ? AND ${ageColumn[state]} <= ? ORDER BY place`)
      .iterate(queue.id, state, timestamp) as Iterable<unknown>
    const finished = state === State.completed || state === State.failed
    // Collected first: what is removed would otherwise be removed under the reader's feet.
    const candidates: JobRow[] = []
    for (const row of rows as Iterable<JobRow>) {
      if (limit > 0 && candidates.length >= limit) break
      if (state === State.active && locked(row, now)) continue
      if (!finished && isCurrentJob(tx, queue, row)) continue
      candidates.push(row)
    }
    for (const job of candidates) {
      discard(tx, queue, job, { hard: true })
      cleaned.push(job.id)
    }
  }
  emit(tx, queue, 'cleaned', { count: cleaned.length })
  return cleaned
}

/** What a queue keeps of finished jobs. */
export interface Keep {
  /** Seconds. */
  age?: number | undefined
  /** -1: all. */
  count?: number | undefined
  /** How many are removed at once by age. */
  limit?: number | undefined
}

const DEFAULT_KEEP_LIMIT = 1000

/** Removes finished jobs that are too old or too many. */
export function retire(
  tx: Transaction,
  queue: QueueRow,
  state: State,
  { age, count, limit = DEFAULT_KEEP_LIMIT }: Keep,
  now: number,
): void {
  if (age !== undefined) {
    const old = tx
      .sql(`SELECT ${jobColumns} FROM job WHERE queue = ? AND state = ? AND place <= ? ORDER BY place DESC LIMIT ?`)
      .all(queue.id, state, now - age * 1000, limit) as unknown as JobRow[]
    for (const job of old) discard(tx, queue, job, { keepsDedup: true })
  }
  if (count === undefined || count <= 0) return
  const tooMany = queue.count(state) - count
  if (tooMany > 0) for (const job of jobsIn(tx, queue, state, tooMany)) discard(tx, queue, job, { keepsDedup: true })
}

/** Removes up to `count` jobs and schedulers of a paused queue, all else with the last of them. `1` when more are left. */
export function obliterate(tx: Transaction, queue: QueueRow, count: number, force: boolean): number {
  if (!queue.paused) throw new Error('Cannot obliterate non-paused queue')
  if (queue.count(State.active) > 0 && !force) throw new Error('Cannot obliterate queue with active jobs')
  let left = count
  for (const state of Object.values(State)) {
    const jobs = jobsIn(tx, queue, state, left)
    for (const job of jobs) if (findJob(tx, queue, job.id)) discard(tx, queue, job, { hard: true })
    left -= jobs.length
    if (left <= 0) return 1
  }
  for (const table of ['scheduler', 'event', 'metric', 'dedup', 'dedup_next']) {
    tx.sql(`DELETE FROM ${table} WHERE queue = ?`).run(queue.id)
  }
  queue.reset()
  return 0
}
