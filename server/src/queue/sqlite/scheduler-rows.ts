import { textOf, whole } from './accepting.ts'
import type { JobRow } from './job-row.ts'
import type { QueueRow } from './queue-row.ts'
import type { Transaction } from './transaction.ts'

/** A job scheduler: when it runs next, and BullMQ's fields of it, all as texts. */
export interface SchedulerRow {
  nextRun: number
  fields: Record<string, string>
}

/** The id of the job that a scheduler has laid out for a run. */
export const runId = (schedulerId: string, nextRun: number) => `repeat:${schedulerId}:${nextRun}`

/** A time beyond what a number holds exactly is read as a REAL. */
const read = 'SELECT next_run + 0.0 AS next_run, fields FROM scheduler WHERE queue = ? AND id = ?'

export function findScheduler(tx: Transaction, queue: QueueRow, id: string): SchedulerRow | undefined {
  const row = tx.sql(read).get(queue.id, textOf(id))
  return (
    row && { nextRun: Number(row['next_run']), fields: JSON.parse(String(row['fields'])) as Record<string, string> }
  )
}

export function saveScheduler(tx: Transaction, queue: QueueRow, id: string, { nextRun, fields }: SchedulerRow): void {
  tx.sql('INSERT OR REPLACE INTO scheduler (queue, id, next_run, fields) VALUES (?, ?, ?, ?)').run(
    queue.ensure(),
    textOf(id),
    whole(nextRun),
    JSON.stringify(fields),
  )
}

/** Whether a job is the next run of its scheduler, which alone may remove it. */
export function isCurrentJob(tx: Transaction, queue: QueueRow, job: Pick<JobRow, 'id' | 'scheduler'>): boolean {
  if (job.scheduler === null) return false
  const scheduler = findScheduler(tx, queue, job.scheduler)
  return scheduler !== undefined && job.id === runId(job.scheduler, scheduler.nextRun)
}

/**
 * Whether no run comes of this one, by its own options, as BullMQ reads them before it lays out the next (bullmq 6.7,
 * JobScheduler.upsertJobScheduler).
 */
export function hasNoNextRun(job: Pick<JobRow, 'opts'>, now: number): boolean {
  const { repeat } = JSON.parse(job.opts) as { repeat?: { count?: number; limit?: number; endDate?: number } }
  const { count = 0, limit = Infinity, endDate = Infinity } = repeat ?? {}
  return count >= limit || now > endDate
}

/** The next runs of all schedulers of a queue. */
export function currentJobIds(tx: Transaction, queue: QueueRow): Set<string> {
  const rows = tx.sql('SELECT id, next_run + 0.0 AS next_run FROM scheduler WHERE queue = ?').all(queue.id)
  return new Set(rows.map((row) => runId(String(row['id']), Number(row['next_run']))))
}
