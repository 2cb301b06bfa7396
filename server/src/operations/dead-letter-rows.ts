import type { Job, Queue } from 'bullmq'
import { jobCell, jobColumns } from '../exports/jobs/job-row.ts'
import type { Cell, SourceColumn } from '../exports/sources/source.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Death } from '../queue/dead-letter-store.ts'
import { groupOf } from './error-masks.ts'

/** What one step should read, in characters, by what the jobs before it had. */
const STEP_CHARS = 4_000_000

/** Nothing is known of the first ones. */
const FIRST_STEP = 5
/** Also when those before were small: the next ones need not be. */
const LARGEST_STEP = 200

/** The columns of a table of dead letters: all that a job knows of itself, and which error it is. */
export const deadLetterColumns: SourceColumn[] = [
  ...jobColumns,
  { name: 'error_group', type: 'text', sourceType: 'job' },
]

/**
 * Reads dead letters whole, few at a time: payloads may be as long as producers like. Leaves out those that are gone or have died
 * anew. Rejects with OpsError `store_unavailable`.
 */
export async function* readRows(queue: Queue, parts: AsyncIterable<readonly Death[]>): AsyncGenerator<Cell[][], void> {
  let size = FIRST_STEP
  for await (const deaths of parts) {
    for (let from = 0; from < deaths.length;) {
      const step = deaths.slice(from, from + size)
      from += step.length
      const rows = await readStep(queue, step)
      yield rows
      const characters = rows
        .flat()
        .reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 1)
      const fitting = Math.floor((step.length * STEP_CHARS) / characters)
      size = Math.max(1, Math.min(fitting, size * 2, LARGEST_STEP))
    }
  }
}

async function readStep(queue: Queue, deaths: readonly Death[]): Promise<Cell[][]> {
  const jobs = await askStore(queue, () => Promise.all(deaths.map(({ jobId }) => queue.getJob(jobId))))
  return deaths.flatMap(({ failedAt }, at) => {
    // Whatever its type says, one that is gone is undefined.
    const job = jobs[at] as Job | undefined
    return job && job.finishedOn === failedAt && job.failedReason !== undefined ? [rowOf(job)] : []
  })
}

const rowOf = (job: Job): Cell[] => [
  ...jobColumns.map(({ name }) => jobCell({ job, state: 'failed' }, name)),
  groupOf(job.failedReason ?? ''),
]
