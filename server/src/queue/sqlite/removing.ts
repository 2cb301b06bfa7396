import { dedupRemoved } from './dedup.ts'
import { deleteJob } from './delete-job.ts'
import { childRemoved } from './dependencies.ts'
import { emit } from './events.ts'
import { locked } from './locks.ts'
import { findJob, jobColumns, jobKey, type JobRow } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import { currentJobIds, isCurrentJob } from './scheduler-rows.ts'
import { State, stateNamed } from './state.ts'
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
  deleteJob(tx, queue, job.key)
}

const DRAIN_AT_ONCE = 1000

/**
 * Removes what waits, and what is delayed when asked, a step each; what a scheduler has laid out for its next run stays.
 */
export function* drain(tx: Transaction, queue: QueueRow, delayed: boolean): Generator<void, void> {
  const scheduled = currentJobIds(tx, queue)
  for (const state of [State.waiting, ...(delayed ? [State.delayed] : []), State.prioritized]) {
    let staying = 0
    // As on Redis, which tells in what order parents in another queue go on.
    const order = state === State.waiting ? 'DESC' : 'ASC'
    let jobs = jobsIn(tx, queue, state, { limit: DRAIN_AT_ONCE, order })
    while (jobs.length > 0) {
      for (const job of jobs) {
        if (scheduled.has(job.id)) staying += 1
        else discard(tx, queue, job, { hard: true })
        yield
      }
      jobs = jobsIn(tx, queue, state, { limit: DRAIN_AT_ONCE, offset: staying, order })
    }
  }
}

interface Part {
  limit: number
  offset?: number
  order?: 'ASC' | 'DESC'
}

function jobsIn(tx: Transaction, queue: QueueRow, state: State, { limit, offset = 0, order = 'ASC' }: Part): JobRow[] {
  return tx
    .sql(`SELECT ${jobColumns} FROM job WHERE queue = ? AND state = ? ORDER BY place ${order} LIMIT ? OFFSET ?`)
    .all(queue.id, state, limit, offset) as unknown as JobRow[]
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
  if (tooMany > 0)
    for (const job of jobsIn(tx, queue, state, { limit: tooMany })) discard(tx, queue, job, { keepsDedup: true })
}

/** Removes up to `count` jobs and schedulers of a paused queue, all else with the last of them. `1` when more are left. */
export function obliterate(tx: Transaction, queue: QueueRow, count: number, force: boolean): number {
  if (!queue.paused) throw new Error('Cannot obliterate non-paused queue')
  if (queue.count(State.active) > 0 && !force) throw new Error('Cannot obliterate queue with active jobs')
  let left = count
  for (const state of Object.values(State)) {
    const jobs = jobsIn(tx, queue, state, { limit: left })
    for (const job of jobs) if (findJob(tx, queue, job.id)) discard(tx, queue, job, { hard: true })
    left -= jobs.length
    if (left <= 0) return 1
  }
  for (const table of ['scheduler', 'event', 'metric', 'dedup', 'dedup_next']) {
    tx.sql(`DELETE FROM ${table} WHERE queue = ?`).run(queue.id)
  }
  tx.sql('DELETE FROM tally WHERE queue = ?').run(queue.name)
  queue.reset()
  return 0
}
