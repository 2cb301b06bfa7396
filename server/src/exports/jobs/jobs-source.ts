import type { Queue } from 'bullmq'
import type { Store } from '../../queue/store.ts'
import { BATCH_BYTES, sizeOf } from '../sources/batch.ts'
import { evaluator } from '../sources/evaluate.ts'
import { broken, SourceFailure, told, unreadable } from '../sources/failure.ts'
import { within } from '../sources/patience.ts'
import {
  STALL_MS,
  type Cell,
  type Description,
  type Relation,
  type RowQuery,
  type Source,
  type SourceKind,
  type SourceRows,
} from '../sources/source.ts'
import { JobIds, jobStates } from './job-ids.ts'
import { jobCell, jobColumns, type JobNow } from './job-row.ts'
import { SortedRows } from './sorted-rows.ts'

const SCHEME = 'jobs:'
const KEY = 'job_id'

/** Jobs are read so many at once at first; how many fit into a batch, the batch before tells. */
const FIRST_JOBS = 10
const MAX_JOBS = 200

/** How long closing waits for a store that does not answer. */
const CLOSE_MS = 2000

/** The jobs of any queue of the store, whatever their state. */
export const jobsKind = (openStore: () => Promise<Store>): SourceKind => ({
  schemes: [SCHEME],
  example: `${SCHEME}exports`,
  reads: ['whole'],
  open(url, _folder, dataset) {
    const name = url.slice(SCHEME.length)
    if (name === '' || name.includes(':')) throw new Error(`names no queue: write ${SCHEME} and the name of a queue`)
    return jobsSource(async () => (await openStore()).openReader(name), name, dataset)
  },
})

function jobsSource(openQueue: () => Promise<Queue>, name: string, dataset: string): Source {
  const failed = (cause: unknown) => told(dataset, cause, () => unreadable('the queue store does not answer'))
  return {
    describe: async (relation) => describe(relation, failed),
    async read(query) {
      const opened: { ids: JobIds; queue: Queue | null } = { ids: new JobIds(), queue: null }
      const close = async () => {
        opened.ids.close()
        const closing = opened.queue?.close() ?? Promise.resolve()
        await within(CLOSE_MS, closing, () => undefined).catch(() => undefined)
      }
      try {
        const reading = plan(query)
        opened.queue = await openQueue()
        await within(query.timeoutMs, collect(opened.queue, name, opened.ids, reading), () => opened.ids.close())
        return rowsOf(opened.queue, opened.ids, query, reading, { close, failed })
      } catch (cause) {
        await close()
        throw failed(cause)
      }
    },
  }
}

function describe(relation: Relation, failed: (cause: unknown) => Error): Description {
  if (!('whole' in relation)) throw failed(new SourceFailure(broken('a queue has neither tables nor queries')))
  return { columns: jobColumns, key: [KEY] }
}

interface Plan {
  states: (typeof jobStates)[number][]
  passes(now: JobNow): boolean
  /** Whether rows come in the order of their ids. */
  isKeyOrdered: boolean
  /** The id of the first job, which may be gone. */
  from: string | null
}

/** Throws SourceFailure when a value of a test cannot be one of its column. */
function plan({ tests, order, from }: RowQuery): Plan {
  const evaluators = tests.map((test) => ({ column: test.column.name, passes: evaluator(test) }))
  const ofState = evaluators.filter(({ column }) => column === 'state')
  const [first] = order
  return {
    // A queue may have a million completed jobs beside the dead letters that are asked for.
    states: jobStates.filter((state) => ofState.every(({ passes }) => passes(state))),
    passes: (now) => evaluators.every(({ column, passes }) => passes(jobCell(now, column))),
    isKeyOrdered: !first || (first.column === KEY && !first.descending),
    from: from ? String(from.values[0]) : null,
  }
}

async function collect(queue: Queue, name: string, ids: JobIds, { states }: Plan) {
  await queue.waitUntilReady()
  if ((await queue.getVersion()) === null) throw new SourceFailure(broken(`the store has no queue "${name}"`))
  await ids.collect(queue, states)
}

interface Ending {
  close(): Promise<void>
  failed(cause: unknown): Error
}

function rowsOf(queue: Queue, ids: JobIds, query: RowQuery, plan: Plan, { close, failed }: Ending): SourceRows {
  const isCounted = query.tests.every(({ column }) => column.name === 'state')
  const count = isCounted ? ids.count(plan.from) : null
  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      yield* limited(
        plan.isKeyOrdered ? unsorted(queue, ids, query, plan) : sorted(queue, ids, query, plan),
        query.limit,
      )
    } catch (cause) {
      throw failed(cause)
    }
  }
  const total = count === null || query.limit === null ? count : Math.min(count, query.limit)
  // Two jobs never have the same id.
  return { total, equal: query.from && 1, batches, close }
}

async function* limited(batches: AsyncGenerator<Cell[][]>, limit: number | null): AsyncGenerator<Cell[][]> {
  let left = limit ?? Infinity
  for await (const batch of batches) {
    yield batch.length <= left ? batch : batch.slice(0, left)
    left -= batch.length
    if (left <= 0) return
  }
}

/** Each job once, as it is at the moment when it is read; those that were removed since they were listed are not there. */
async function* jobsNow(queue: Queue, ids: JobIds, { passes, from }: Plan): AsyncGenerator<JobNow[]> {
  let jobs = FIRST_JOBS
  for (let page = ids.pageFrom(from, jobs); page.length > 0; page = ids.pageBehind(page.at(-1) ?? '', jobs)) {
    const read = await within(STALL_MS, Promise.all(page.map((id) => readJob(queue, id))), () => undefined)
    const there = read.filter((now) => now !== null)
    yield there.filter(passes)
    const bytes = there.reduce((sum, now) => sum + sizeOf([jobCell(now, 'data'), jobCell(now, 'return_value')]), 1)
    jobs = Math.max(1, Math.min(jobs * 2, MAX_JOBS, Math.floor((BATCH_BYTES * there.length) / bytes)))
  }
}

async function readJob(queue: Queue, id: string): Promise<JobNow | null> {
  const job = await queue.getJob(id)
  const state = await job?.getState()
  return job && state && state !== 'unknown' ? { job, state } : null
}

async function* unsorted(queue: Queue, ids: JobIds, { columns }: RowQuery, plan: Plan): AsyncGenerator<Cell[][]> {
  for await (const batch of jobsNow(queue, ids, plan)) {
    if (batch.length > 0) yield batch.map((now) => columns.map(({ name }) => jobCell(now, name)))
  }
}

async function* sorted(queue: Queue, ids: JobIds, query: RowQuery, plan: Plan): AsyncGenerator<Cell[][]> {
  using rows = new SortedRows(query.order.map(({ descending }) => descending))
  for await (const batch of jobsNow(queue, ids, plan)) {
    for (const now of batch) {
      rows.add(
        query.order.map(({ column }) => jobCell(now, column)),
        query.columns.map(({ name }) => jobCell(now, name)),
      )
    }
  }
  yield* rows.batches()
}
