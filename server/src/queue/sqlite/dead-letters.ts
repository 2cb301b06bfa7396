import { countChildren, Dependency, hasDependency } from './dependencies.ts'
import { findKey } from './job-key.ts'
import { findJob, jobColumns, type JobRow } from './job-row.ts'
import { backInLine, promoteJob } from './moving.ts'
import { DELAY_BITS } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { removeFound } from './removing-trees.ts'
import { hasNoNextRun, isCurrentJob } from './scheduler-rows.ts'
import { State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** A job that has failed for good, and when. */
export interface Death {
  jobId: string
  failedAt: number
}

/** How far an operation is. */
export interface Tally {
  chosen: number
  done: number
  gone: number
  kept: number
  left: number
}

/** What lists may be there: those of previews for a time and up to a number, of them and of all that is on them. */
export interface Bounds {
  keptMs: number
  lists: number
  deaths: number
  /** Those that are still being made and that nobody went on with. */
  makingMs: number
  /** Those of operations that nobody went on with. */
  begunKeptMs: number
}

/** Part of the dead letters in the order in which they failed: between two times, without the first ones. */
export interface Range {
  from: number
  skip: number
  to: number
}

/** What is on a list. */
export interface Listed {
  count: number
  oldest: Death[]
  newest: Death | null
}

/** Infinity is no integer. */
const integer = (time: number) => Math.max(-Number.MAX_SAFE_INTEGER, Math.min(time, Number.MAX_SAFE_INTEGER))

const deathOf = (row: Record<string, unknown>): Death => ({
  jobId: String(row['id']),
  failedAt: Number(row['failed_at']),
})

/** Without what they carry. */
export function latest(tx: Transaction, queue: QueueRow, limit: number) {
  if (queue.count(State.failed) === 0) return []
  const columns = 'id, name, failed_reason, attempts_made, finished_at'
  return tx
    .sql(`SELECT ${columns} FROM job WHERE queue = ? AND state = ? ORDER BY place DESC, key DESC LIMIT ?`)
    .all(queue.id, State.failed, limit)
    .map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      reason: String(row['failed_reason'] ?? ''),
      attempts: Number(row['attempts_made']),
      failedAt: row['finished_at'] === null ? null : Number(row['finished_at']),
    }))
}

export function newest(tx: Transaction, queue: QueueRow, limit: number): Death[] {
  return tx
    .sql('SELECT id, place AS failed_at FROM job WHERE queue = ? AND state = ? ORDER BY place DESC, key DESC LIMIT ?')
    .all(queue.id, State.failed, limit)
    .map(deathOf)
}

export function page(tx: Transaction, queue: QueueRow, { from, skip, to }: Range, limit: number): Death[] {
  return tx
    .sql(
      `SELECT id, place AS failed_at FROM job WHERE queue = ? AND state = ? AND place >= ? AND place <= ?
        ORDER BY place, key LIMIT ? OFFSET ?`,
    )
    .all(queue.id, State.failed, integer(from), integer(to), limit, skip)
    .map(deathOf)
}

export function find(tx: Transaction, queue: QueueRow, id: string): Death | null {
  const job = findJob(tx, queue, id)
  return job?.state === State.failed && job.finished_at !== null ? { jobId: id, failedAt: job.finished_at } : null
}

export function read(tx: Transaction, queue: QueueRow, id: string): { name: string; reason: string } | null {
  const job = findJob(tx, queue, id)
  return job ? { name: job.name, reason: job.failed_reason ?? '' } : null
}

/** How many there are between two times. */
export function countIn(tx: Transaction, queue: QueueRow, { from, to }: Omit<Range, 'skip'>): number {
  const row = tx
    .sql('SELECT count(*) AS count FROM job WHERE queue = ? AND state = ? AND place >= ? AND place <= ?')
    .get(queue.id, State.failed, integer(from), integer(to))
  return Number(row?.['count'])
}

/** Name and reason cut to so many characters, with the length of the whole reason. */
export function readBeginning(
  tx: Transaction,
  queue: QueueRow,
  id: string,
  length: number,
): { name: string; reason: string; reasonLength: number } | null {
  const columns = 'substr(name, 1, ?1) AS name, substr(failed_reason, 1, ?1) AS reason, length(failed_reason) AS whole'
  const row = tx.sql(`SELECT ${columns} FROM job WHERE key = ?2`).get(length, findKey(tx, queue, id) ?? 0)
  if (!row) return null
  const reason = String(row['reason'] ?? '')
  return { name: String(row['name']), reason, reasonLength: Math.max(reason.length, Number(row['whole'] ?? 0)) }
}

export function tallyOf(tx: Transaction, operation: string): Tally | null {
  const row = tx.sql('SELECT chosen, done, gone, kept FROM operation WHERE id = ?').get(operation)
  if (!row) return null
  const [chosen = 0, done = 0, gone = 0, kept = 0] = ['chosen', 'done', 'gone', 'kept'].map((part) => Number(row[part]))
  return { chosen, done, gone, kept, left: chosen - done - gone - kept }
}

/** What a list is of, in the column `begun`. */
const Stage = { preview: 0, operation: 1, making: 2 }

/** Begins a list, or goes on with one that has `before`; gives how many it has now, null when it has another number. */
export function choose(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  deaths: readonly Death[],
  before: number,
  now: number,
): number | null {
  if ((tallyOf(tx, operation)?.chosen ?? 0) !== before) return null
  putDown(tx, queue, operation, deaths, before)
  return making(tx, operation, before + deaths.length, now)
}

/** Begins and fills a list. */
export function chooseAll(tx: Transaction, queue: QueueRow, operation: string, limit: number, now: number): void {
  making(tx, operation, putDownAll(tx, queue, operation, limit), now)
}

function making(tx: Transaction, operation: string, chosen: number, now: number): number {
  tx.sql(
    `INSERT INTO operation (id, chosen, seen_at, begun) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET chosen = excluded.chosen, seen_at = excluded.seen_at`,
  ).run(operation, chosen, now, Stage.making)
  return chosen
}

/** Of a job that has died anew while the list was made, the last death stays. */
export function leaveOncePerJob(tx: Transaction, operation: string): void {
  // Those that are gone have no key.
  const row = tx
    .sql('SELECT count(nullif(job, 0)) - count(DISTINCT nullif(job, 0)) AS more FROM operation_job WHERE operation = ?')
    .get(operation)
  if (Number(row?.['more']) === 0) return
  const { changes } = tx
    .sql(
      `DELETE FROM operation_job WHERE operation = ?1 AND job <> 0
        AND line NOT IN (SELECT max(line) FROM operation_job WHERE operation = ?1 GROUP BY job)`,
    )
    .run(operation)
  tx.sql('UPDATE operation SET chosen = chosen - ? WHERE id = ?').run(changes, operation)
}

/** A list becomes one of a preview; forgets those that are out of bounds, and tells what is on it. */
export function previewed(tx: Transaction, operation: string, bounds: Bounds, sample: number, now: number): Listed {
  tx.sql('UPDATE operation SET begun = ?, seen_at = ? WHERE id = ?').run(Stage.preview, now, operation)
  forgetOld(tx, operation, bounds, now)
  return look(tx, operation, sample)
}

/** When they are due stands for when they died, in both ways of choosing them. */
const dueFirst = `SELECT key, id, place >> ${DELAY_BITS} AS failed_at FROM job WHERE queue = ? AND state = ${State.delayed}`

export function findDelayed(tx: Transaction, queue: QueueRow, id: string): Death[] {
  return tx
    .sql(`${dueFirst} AND key = ?`)
    .all(queue.id, findKey(tx, queue, id) ?? 0)
    .map(deathOf)
}

/** The same for delayed jobs, those that are due next. */
export function chooseAllDelayed(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  limit: number,
  now: number,
): void {
  const { changes } = tx
    .sql(
      `INSERT INTO operation_job SELECT ?, row_number() OVER (), key, id, failed_at
        FROM (${dueFirst} ORDER BY place LIMIT ?)`,
    )
    .run(operation, queue.id, limit)
  making(tx, operation, Number(changes), now)
}

/** @param except a list that stays, however large it is */
export function forgetOld(tx: Transaction, except: string | null, bounds: Bounds, now: number): void {
  for (const id of outOfBounds(tx, except, bounds, now)) {
    tx.sql('DELETE FROM operation_job WHERE operation = ?').run(id)
    tx.sql('DELETE FROM operation WHERE id = ?').run(id)
  }
}

/** Those of previews count from the newest on. */
function outOfBounds(tx: Transaction, except: string | null, bounds: Bounds, now: number): string[] {
  const keptMs: [stage: number, ms: number][] = [
    [Stage.preview, bounds.keptMs],
    [Stage.operation, bounds.begunKeptMs],
    [Stage.making, bounds.makingMs],
  ]
  const late = keptMs.flatMap(([stage, ms]) =>
    tx.sql('SELECT id FROM operation WHERE begun = ? AND seen_at < ?').all(stage, now - ms),
  )
  const previews = tx.sql('SELECT id, chosen FROM operation WHERE begun = ? ORDER BY seen_at DESC').all(Stage.preview)
  let deaths = 0
  const tooMany = previews.filter(({ id, chosen }, at) => {
    deaths += Number(chosen)
    return id !== except && (at >= bounds.lists || deaths > bounds.deaths)
  })
  return [...late, ...tooMany].map(({ id }) => String(id))
}

/** The list of a preview becomes that of an operation; null when it is gone. */
export function keep(tx: Transaction, operation: string, now: number): Tally | null {
  tx.sql('UPDATE operation SET begun = ?, seen_at = ? WHERE id = ?').run(Stage.operation, now, operation)
  return tallyOf(tx, operation)
}

/** What is on a list that nothing was taken from. */
function look(tx: Transaction, operation: string, sample: number): Listed {
  const part = (direction: 'ASC' | 'DESC', limit: number) =>
    tx
      .sql(`SELECT job_id AS id, failed_at FROM operation_job WHERE operation = ? ORDER BY line ${direction} LIMIT ?`)
      .all(operation, limit)
      .map(deathOf)
  return { count: tallyOf(tx, operation)?.chosen ?? 0, oldest: part('ASC', sample), newest: part('DESC', 1)[0] ?? null }
}

function putDown(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  deaths: readonly Death[],
  firstLine: number,
): void {
  const insert = tx.sql('INSERT INTO operation_job (operation, line, job, job_id, failed_at) VALUES (?, ?, ?, ?, ?)')
  // One that is gone has no row, and none has this key.
  deaths.forEach(({ jobId, failedAt }, at) =>
    insert.run(operation, firstLine + at, findKey(tx, queue, jobId) ?? 0, jobId, failedAt),
  )
}

function putDownAll(tx: Transaction, queue: QueueRow, operation: string, limit: number): number {
  const ordered = 'SELECT key, id, place FROM job WHERE queue = ? AND state = ? ORDER BY place, key LIMIT ?'
  const { changes } = tx
    .sql(`INSERT INTO operation_job SELECT ?, row_number() OVER (), key, id, place FROM (${ordered})`)
    .run(operation, queue.id, State.failed, limit)
  return Number(changes)
}

/** What makes a job on a list still the one that it was when it was put there. */
const unchanged = {
  failed: `state = ${State.failed} AND finished_at = failed_at`,
  delayed: `state = ${State.delayed} AND place >> ${DELAY_BITS} = failed_at`,
}

const takeJobs = (of: keyof typeof unchanged) => `SELECT ${jobColumns}, line FROM operation_job
  JOIN job ON key = job AND id = job_id
  WHERE operation = ? AND line <= ? AND ${unchanged[of]} ORDER BY line`

/** The next of the list that still are what they were, and the last line of the next. */
function findNext(tx: Transaction, operation: string, limit: number, of: keyof typeof unchanged = 'failed') {
  const lines = tx.sql(
    'SELECT max(line) AS last FROM (SELECT line FROM operation_job WHERE operation = ? ORDER BY line LIMIT ?)',
  )
  const last = Number(lines.get(operation, limit)?.['last'])
  return { last, jobs: tx.sql(takeJobs(of)).all(operation, last) as unknown as (JobRow & { line: number })[] }
}

/** Takes what stands on the list up to a line; gives how many. */
function take(tx: Transaction, operation: string, last: number): number {
  return Number(tx.sql('DELETE FROM operation_job WHERE operation = ? AND line <= ?').run(operation, last).changes)
}

/** Those that were neither handled nor kept are gone. */
function counted(
  tx: Transaction,
  operation: string,
  { taken, done, kept }: { taken: number; done: number; kept: number },
  now: number,
): Tally {
  tx.sql(
    'UPDATE operation SET done = done + ?, kept = kept + ?, gone = gone + ?, begun = 1, seen_at = ? WHERE id = ?',
  ).run(done, kept, taken - done - kept, now, operation)
  return tallyOf(tx, operation) ?? { chosen: 0, done: 0, gone: 0, kept: 0, left: 0 }
}

export function retryNext(tx: Transaction, queue: QueueRow, operation: string, limit: number, now: number): Tally {
  const { last, jobs } = findNext(tx, operation, limit)
  const taken = take(tx, operation, last)
  for (const job of jobs) backInLine(tx, queue, job, 'failed', 'back', now)
  return counted(tx, operation, { taken, done: jobs.length, kept: 0 }, now)
}

export function promoteNext(tx: Transaction, queue: QueueRow, operation: string, limit: number, now: number): Tally {
  const { last, jobs } = findNext(tx, operation, limit, 'delayed')
  const taken = take(tx, operation, last)
  for (const job of jobs) promoteJob(tx, queue, job, now)
  return counted(tx, operation, { taken, done: jobs.length, kept: 0 }, now)
}

/** So much that is known of children goes in one step, in which nobody else can write; a fraction of a second. */
const STEP_CHILDREN = 300_000

/**
 * What is over below one of a flow stays, and so does one with something below it that is not, and the last run of a scheduler that
 * has another one to come. Takes fewer than `limit` when much is known of their children.
 */
export function* discardNext(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  limit: number,
  now: number,
): Generator<void, Tally> {
  const { last, jobs } = findNext(tx, operation, limit)
  let [done, kept, children, upTo] = [0, 0, 0, last]
  for (const job of jobs) {
    if (children >= STEP_CHILDREN) {
      upTo = job.line - 1
      break
    }
    if (hasDependency(tx, job.key, Dependency.pending) || (isCurrentJob(tx, queue, job) && !hasNoNextRun(job, now))) {
      kept += 1
    } else {
      children += countChildren(tx, job.key)
      done += removeFound(tx, queue, job, now)
    }
    yield
  }
  const taken = take(tx, operation, upTo)
  return counted(tx, operation, { taken, done, kept }, now)
}
