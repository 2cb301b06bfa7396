import type { Job } from 'bullmq'
import type { ColumnType } from '../../contract.ts'
import type { Cell, SourceColumn } from '../sources/source.ts'

/** A job, and the state in which it was when it was read. */
export interface JobNow {
  job: Job
  state: string
}

const time = (ms: number | undefined): Cell => (ms === undefined ? null : new Date(ms).toISOString())
const json = (value: unknown): Cell => (value === undefined ? null : (JSON.stringify(value) ?? null))

/** The columns of every queue: what a job knows of itself. */
const columns: [name: string, type: ColumnType, cell: (now: JobNow) => Cell][] = [
  ['queue', 'text', ({ job }) => job.queueName],
  ['job_id', 'text', ({ job }) => job.id ?? ''],
  ['name', 'text', ({ job }) => job.name],
  ['state', 'text', ({ state }) => state],
  ['attempts', 'integer', ({ job }) => job.attemptsMade],
  ['priority', 'integer', ({ job }) => job.priority],
  ['created_at', 'timestamp', ({ job }) => time(job.timestamp)],
  ['processed_at', 'timestamp', ({ job }) => time(job.processedOn)],
  ['finished_at', 'timestamp', ({ job }) => time(job.finishedOn)],
  ['failed_reason', 'text', ({ job }) => job.failedReason ?? null],
  ['data', 'json', ({ job }) => json(job.data)],
  ['options', 'json', ({ job }) => json(job.opts)],
  ['progress', 'json', ({ job }) => json(job.progress)],
  // A job that returned nothing has null, and so has one that has not returned.
  ['return_value', 'json', ({ job }) => (job.returnvalue === null ? null : json(job.returnvalue))],
  ['stacktrace', 'text', ({ job }) => (job.stacktrace?.length ? job.stacktrace.join('\n') : null)],
  ['parent', 'text', ({ job }) => job.parentKey ?? null],
]

export const jobColumns: SourceColumn[] = columns.map(([name, type]) => ({ name, type, sourceType: 'job' }))

const cells = new Map(columns.map(([name, , cell]) => [name, cell]))

export const jobCell = (now: JobNow, column: string): Cell => cells.get(column)?.(now) ?? null
