import { findKey } from './job-key.ts'
import { findJob, jobColumns, type JobRow } from './job-row.ts'
import { backInLine } from './moving.ts'
import type { QueueRow } from './queue-row.ts'
import { removeTree } from './removing-trees.ts'
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
  left: number
}

/** What an operation is about: these, or all that failed up to a time. */
export type Choice = { deaths: readonly Death[] } | { until: number; limit: number }

/** A time that is later than all. */
const lastTime = (until: number) => Math.min(until, Number.MAX_SAFE_INTEGER)

export function list(
  tx: Transaction,
  queue: QueueRow,
  order: 'newest' | 'oldest',
  limit: number,
  until: number,
): Death[] {
  const direction = order === 'newest' ? 'DESC' : 'ASC'
  return tx
    .sql(
      `SELECT id, place FROM job WHERE queue = ? AND state = ? AND place <= ? ORDER BY place ${direction}, key ${direction} LIMIT ?`,
    )
    .all(queue.id, State.failed, lastTime(until), limit)
    .map((row) => ({ jobId: String(row['id']), failedAt: Number(row['place']) }))
}

export function count(tx: Transaction, queue: QueueRow, until: number): number {
  if (until === Infinity) return queue.count(State.failed)
  const row = tx
    .sql('SELECT count(*) AS jobs FROM job WHERE queue = ? AND state = ? AND place <= ?')
    .get(queue.id, State.failed, lastTime(until))
  return Number(row?.['jobs'])
}

export function find(tx: Transaction, queue: QueueRow, id: string): Death | null {
  const job = findJob(tx, queue, id)
  return job?.state === State.failed && job.finished_at !== null ? { jobId: id, failedAt: job.finished_at } : null
}

export function read(tx: Transaction, queue: QueueRow, id: string): { name: string; reason: string } | null {
  const job = findJob(tx, queue, id)
  return job ? { name: job.name, reason: job.failed_reason ?? '' } : null
}

export function tallyOf(tx: Transaction, operation: string): Tally | null {
  const row = tx.sql('SELECT chosen, done, gone FROM operation WHERE id = ?').get(operation)
  if (!row) return null
  const [chosen, done, gone] = [row['chosen'], row['done'], row['gone']].map(Number) as [number, number, number]
  return { chosen, done, gone, left: chosen - done - gone }
}

/** Makes the list of an operation; one that is there stays. Forgets lists that nobody went on with for `keptMs`. */
export function choose(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  choice: Choice,
  keptMs: number,
  now: number,
): Tally {
  const known = tallyOf(tx, operation)
  if (known) return known
  tx.sql('DELETE FROM operation_job WHERE operation IN (SELECT id FROM operation WHERE seen_at < ?)').run(now - keptMs)
  tx.sql('DELETE FROM operation WHERE seen_at < ?').run(now - keptMs)
  const chosen =
    'deaths' in choice ? putDown(tx, queue, operation, choice.deaths) : putDownAll(tx, queue, operation, choice)
  tx.sql('INSERT INTO operation (id, chosen, seen_at) VALUES (?, ?, ?)').run(operation, chosen, now)
  return { chosen, done: 0, gone: 0, left: chosen }
}

function putDown(tx: Transaction, queue: QueueRow, operation: string, deaths: readonly Death[]): number {
  const insert = tx.sql('INSERT INTO operation_job (operation, line, job, job_id, failed_at) VALUES (?, ?, ?, ?, ?)')
  // One that is gone has no row, and none has this key.
  deaths.forEach(({ jobId, failedAt }, line) =>
    insert.run(operation, line, findKey(tx, queue, jobId) ?? 0, jobId, failedAt),
  )
  return deaths.length
}

function putDownAll(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  { until, limit }: { until: number; limit: number },
): number {
  const ordered =
    'SELECT key, id, place FROM job WHERE queue = ? AND state = ? AND place <= ? ORDER BY place, key LIMIT ?'
  const { changes } = tx
    .sql(`INSERT INTO operation_job SELECT ?, row_number() OVER (), key, id, place FROM (${ordered})`)
    .run(operation, queue.id, State.failed, lastTime(until), limit)
  return Number(changes)
}

const takeJobs = `SELECT ${jobColumns} FROM operation_job JOIN job ON key = job AND id = job_id
  WHERE operation = ? AND line <= ? AND state = ${State.failed} AND finished_at = failed_at ORDER BY line`

/** Takes the next of the list, and gives those that still are the dead letters they were. */
function takeNext(tx: Transaction, operation: string, limit: number): { taken: number; jobs: JobRow[] } {
  const lines = tx.sql(
    'SELECT count(*) AS taken, max(line) AS last FROM (SELECT line FROM operation_job WHERE operation = ? ORDER BY line LIMIT ?)',
  )
  const next = lines.get(operation, limit)
  const [taken, last] = [Number(next?.['taken']), Number(next?.['last'])]
  const jobs = tx.sql(takeJobs).all(operation, last) as unknown as JobRow[]
  tx.sql('DELETE FROM operation_job WHERE operation = ? AND line <= ?').run(operation, last)
  return { taken, jobs }
}

function counted(tx: Transaction, operation: string, done: number, gone: number, now: number): Tally {
  tx.sql('UPDATE operation SET done = done + ?, gone = gone + ?, seen_at = ? WHERE id = ?').run(
    done,
    gone,
    now,
    operation,
  )
  return tallyOf(tx, operation) ?? { chosen: 0, done: 0, gone: 0, left: 0 }
}

export function retryNext(tx: Transaction, queue: QueueRow, operation: string, limit: number, now: number): Tally {
  const { taken, jobs } = takeNext(tx, operation, limit)
  for (const job of jobs) backInLine(tx, queue, job, 'failed', 'back', now)
  return counted(tx, operation, jobs.length, taken - jobs.length, now)
}

/** One that has somebody's lock below it is left, as BullMQ leaves it. */
export function* discardNext(
  tx: Transaction,
  queue: QueueRow,
  operation: string,
  limit: number,
  now: number,
): Generator<void, Tally> {
  const { taken, jobs } = takeNext(tx, operation, limit)
  let done = 0
  for (const { id } of jobs) done += yield* removeTree(tx, queue, id, now)
  return counted(tx, operation, done, taken - done, now)
}
