import {
  ExportProgress,
  JobState,
  type ListedExport,
  type ListExportsInput,
  type ListExportsOutput,
} from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { isCanary } from '../queue/canary-job.ts'
import { dataOf, isCancelled, outcomeOf, type ExportJob, type ExportQueue } from './export-job.ts'

const PAGE = 20

/** What is not over comes first. */
const ORDER: JobState[] = ['active', 'waiting', 'prioritized', 'delayed', 'waiting-children', 'failed', 'completed']

/** Where a page begins. Jobs move while somebody turns pages, so one may be seen twice or not at all. */
interface Position {
  state: JobState
  offset: number
}

export async function listExports(
  queue: ExportQueue,
  { state, cursor, limit = PAGE }: ListExportsInput,
): Promise<ListExportsOutput> {
  const states = state ? [state] : ORDER
  const begin = cursor === undefined ? { state: states[0] ?? 'active', offset: 0 } : readCursor(cursor, states)
  return askStore(queue, async () => {
    const exports: ListedExport[] = []
    let { offset } = begin
    for (const next of states.slice(states.indexOf(begin.state))) {
      // One more than fits tells whether there is another page, and the canary may be among them.
      for (const job of await queue.getJobs([next], offset, offset + limit - exports.length + 1)) {
        if (!isCanary(job)) {
          if (exports.length === limit) return { exports, next_cursor: `${next}:${offset}` }
          exports.push(listed(job, next))
        }
        offset += 1
      }
      offset = 0
    }
    return { exports, next_cursor: null }
  })
}

function readCursor(cursor: string, states: JobState[]): Position {
  const [name, digits = ''] = cursor.split(':')
  const state = states.find((one) => one === name)
  if (state && /^\d{1,9}$/.test(digits)) return { state, offset: Number(digits) }
  throw new OpsError('invalid_input', 'This cursor is not of this list: leave it out to begin at the first page.')
}

function listed(job: ExportJob, state: JobState): ListedExport {
  const { dataset = '', format = '', schedule } = dataOf(job)
  const outcome = outcomeOf(job)
  const progress = ExportProgress.safeParse(job.progress).data
  return {
    job_id: job.id ?? '',
    state,
    cancelled: isCancelled(job),
    dataset,
    format,
    schedule: schedule?.name ?? null,
    created_at: new Date(job.timestamp).toISOString(),
    finished_at: job.finishedOn ? new Date(job.finishedOn).toISOString() : null,
    rows: outcome && 'rows' in outcome ? outcome.rows : (progress?.rows ?? null),
  }
}
