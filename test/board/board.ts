import { randomUUID } from 'node:crypto'
import { BOARD_PATH, mountBoard } from '@queue-ops/server/board'
import { listen } from '@queue-ops/server/listen'
import { createLog } from '@queue-ops/server/log'
import type { RecordData } from '@queue-ops/server/operation-job'
import { openStore } from '@queue-ops/server/store'
import { FlowProducer, type Job, type JobsOptions, type Queue, type WorkerOptions } from 'bullmq'
import { TOKEN } from '../contract/desk.ts'

/** What the board answered; no content is null. */
export interface Answer {
  status: number
  body: unknown
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH'

/** Bull Board as the server mounts it, on two queues of a store, with what the other side of the store needs. */
export interface Board extends AsyncDisposable {
  url: string
  queue: Queue
  other: Queue
  /** What is on the trail. */
  recorded: RecordData[]
  flows: FlowProducer
  /** Asks `api/<path>`. */
  onBoard(method: Method, path: string, body?: unknown): Promise<Answer>
  /** Asks `api/queues/<queue>/<path>`. */
  onQueue(method: Method, path: string, body?: unknown): Promise<Answer>
  /** Asks `api/queues/<queue>/<job>/<path>`. */
  onJob(method: Method, job: { id?: string | undefined }, path: string, body?: unknown): Promise<Answer>
  /** The job as the store has it now; it has to be there. */
  stored(id: string | undefined): Promise<Job>
  /** A worker of the queue that takes a job when it is told to. */
  openTaker(options?: TakerOptions): Promise<Taker>
}

type TakerOptions = Pick<WorkerOptions, 'name' | 'metrics'>

export interface Taker {
  /** The next job; there has to be one. */
  take(): Promise<Job>
  /** The next job, or nothing, without waiting for one. */
  tryTake(): Promise<Job | undefined>
}

const PREFIX = 'board'
/** Of the queue that the cases are about. */
export const DEFAULT_JOB_OPTIONS: JobsOptions = { keepLogs: 50 }
const log = createLog('silent')

export async function openBoard(url: string): Promise<Board> {
  const store = openStore(url, PREFIX, log)
  const queue = store.openQueue(`queue-${randomUUID()}`, DEFAULT_JOB_OPTIONS)
  const other = store.openQueue(`other-${randomUUID()}`)
  await Promise.all([queue.waitUntilReady(), other.waitUntilReady()])
  const recorded: RecordData[] = []
  const http = await listen(
    { host: '127.0.0.1', port: 0, publicUrl: null },
    () => [mountBoard({ store, queues: [queue, other], trail: { record: async (done) => void recorded.push(done) } })],
    log,
  )
  const board = `${http.url}${BOARD_PATH}/`
  const open: { close(): Promise<unknown> }[] = [queue, other, http]

  const onBoard: Board['onBoard'] = (method, path, body) => ask(method, new URL(`api/${path}`, board), body)
  const onQueue: Board['onQueue'] = (method, path, body) => onBoard(method, `queues/${queue.name}/${path}`, body)
  return {
    url: board,
    queue,
    other,
    recorded,
    flows: new FlowProducer(queue.opts, () => queue.getBackend()),
    onBoard,
    onQueue,
    onJob: (method, { id = '' }, path, body) => onQueue(method, `${encodeURIComponent(id)}/${path}`, body),
    async stored(id = '') {
      const job: Job | undefined = await queue.getJob(id)
      if (!job) throw new Error(`there is no job ${id}`)
      return job
    },
    async openTaker(options = {}) {
      const worker = store.openWorker(queue.name, async () => null, { ...options, autorun: false })
      open.push(worker)
      await worker.waitUntilReady()
      const tryTake = (): Promise<Job | undefined> => worker.getNextJob(TOKEN, { block: false })
      return {
        tryTake,
        async take() {
          const job = await tryTake()
          if (!job) throw new Error('there is no job to take')
          return job
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const thing of open.toReversed()) await thing.close()
    },
  }
}

async function ask(method: Method, url: URL, body: unknown): Promise<Answer> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
  const response = await fetch(url, { method, ...content })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}
