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
import { dataOf, isCancelled, maySee, outcomeOf, type ExportJob, type ExportQueue } from './export-job.ts'

const PAGE = 20

/** What the exports of a page take as JSON: an answer has them twice, in less than 25 KB. */
const PAGE_BYTES = 9000

/** Ids and names are our own and shorter, unless somebody else puts jobs on the queue. */
const LONGEST_TEXT = 200

/** So many exports of others are passed over for one page: it may then have less than was asked for, and another one behind it. */
const MOST_PASSED = 1000

/** What is not over comes first. */
const ORDER: JobState[] = ['active', 'waiting', 'prioritized', 'delayed', 'waiting-children', 'failed', 'completed']

/** Where a page begins. Jobs move while somebody turns pages, so one may be seen twice or not at all. */
interface Position {
  state: JobState
  offset: number
}

/** @param caller sees his own exports only; null sees all */
export async function listExports(
  queue: ExportQueue,
  { state, cursor, limit = PAGE }: ListExportsInput,
  caller: string | null,
): Promise<ListExportsOutput> {
  const states = state ? [state] : ORDER
  const begin = cursor === undefined ? { state: states[0] ?? 'active', offset: 0 } : readCursor(cursor, states)
  return askStore(queue, async () => {
    const exports: ListedExport[] = []
    let passed = 0
    let bytes = 0
    for await (const { job, at } of jobsFrom(queue, states, begin, limit)) {
      const shown = !isCanary(job) && maySee(job, caller)
      const next = { exports, next_cursor: `${at.state}:${at.offset}` }
      if (!shown) {
        passed += 1
        if (passed > MOST_PASSED) return next
        continue
      }
      const told = listed(job, at.state)
      bytes += Buffer.byteLength(JSON.stringify(told))
      if (exports.length === limit || (exports.length > 0 && bytes > PAGE_BYTES)) return next
      exports.push(told)
    }
    return { exports, next_cursor: null }
  })
}

async function* jobsFrom(
  queue: ExportQueue,
  states: JobState[],
  begin: Position,
  limit: number,
): AsyncGenerator<{ job: ExportJob; at: Position }> {
  // One more than fits tells whether there is another page, and the canary may be among them.
  const several = limit + 2
  let { offset } = begin
  for (const state of states.slice(states.indexOf(begin.state))) {
    let jobs: ExportJob[]
    do {
      jobs = await queue.getJobs([state], offset, offset + several - 1)
      for (const job of jobs) {
        yield { job, at: { state, offset } }
        offset += 1
      }
    } while (jobs.length >= several)
    offset = 0
  }
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
    job_id: cut(job.id ?? ''),
    state,
    cancelled: isCancelled(job),
    dataset: cut(dataset),
    format: cut(format),
    schedule: schedule ? cut(schedule.name) : null,
    created_at: new Date(job.timestamp).toISOString(),
    finished_at: job.finishedOn ? new Date(job.finishedOn).toISOString() : null,
    rows: outcome && 'rows' in outcome ? outcome.rows : (progress?.rows ?? null),
  }
}

const cut = (text: string) => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT).toWellFormed()}…` : text)
