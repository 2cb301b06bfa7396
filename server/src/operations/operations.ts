import { randomBytes, randomUUID } from 'node:crypto'
import type { Queue } from 'bullmq'
import {
  JobState,
  type OperationAction,
  type DeadLetterSelection,
  type HandleDeadLettersOutput,
  type ListOperationsInput,
  type ListOperationsOutput,
  type OperationOutput,
} from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { MAX_DEAD_LETTERS, type DeadLetterStore, type Death } from '../queue/dead-letter-store.ts'
import type { Store } from '../queue/store.ts'
import { Turns } from '../queue/turns.ts'
import { toldTime } from '../told-time.ts'
import type { AttachedQueues } from './attached-queues.ts'
import { operationIdOf, readToken, writeToken } from './confirm-token.ts'
import { errorOfGroup } from './error-of-group.ts'
import type { Failures } from './failures.ts'
import { listOperations, stateOf, type Kept } from './list-operations.ts'
import {
  isRecord,
  KEPT,
  OPERATIONS_AT_ONCE,
  OperationTally,
  type OperationJob,
  type OperationQueue,
  type RecordData,
} from './operation-job.ts'
import { saySelection } from './say-selection.ts'
import { choose, requireOne } from './select.ts'

/** What somebody asks to be done with dead letters, or with delayed jobs. */
export interface Request {
  kind: OperationAction
  /** Default: the exports. */
  queue: string | undefined
  selection: DeadLetterSelection
  /** To whom the token is given, null as long as nobody has to say who he is. */
  principal: string | null
  /** For the record. */
  askedBy: string
}

/** What operators can set going, on any instance: everything it needs to know is in the store. */
export interface Operations {
  /**
   * Tells what an operation would be about, with the token that begins it. Rejects with OpsError `invalid_input` or
   * `store_unavailable`.
   */
  preview(request: Request): Promise<HandleDeadLettersOutput>
  /**
   * Begins what a preview was about, once for each token, without waiting for it. Rejects with OpsError `invalid_input` (the
   * token is for something else, old, or was used) or `store_unavailable`.
   */
  begin(request: Request, token: string, ratePerS: number | null): Promise<HandleDeadLettersOutput>
  /** Rejects with OpsError `not_found` or `store_unavailable`. */
  status(id: string): Promise<OperationOutput>
  /** The trail of who did what. Rejects with OpsError `invalid_input` (the cursor is none of ours) or `store_unavailable`. */
  list(page: ListOperationsInput): Promise<ListOperationsOutput>
  /** Asks whoever works on it to stop; what is done stays done. Rejects with OpsError `not_found` or `store_unavailable`. */
  cancel(id: string, askedBy: string): Promise<OperationOutput>
}

const SAMPLES = 5

/** So many are made at the same time, whoever asks for more: each may read all dead letters of a queue. */
const PREVIEWS_AT_ONCE = 2

/** So many of those in line are looked at to tell how many are before one. */
const MAX_AHEAD = 200

/** @param records the queue of the operations */
export function createOperations(
  store: Store,
  records: OperationQueue,
  queues: AttachedQueues,
  failures: Failures,
): Operations {
  const open = async (name: string | undefined) => {
    const queue = await queues.open(name)
    return { queue, deadLetters: openDeadLetters(store, queue) }
  }
  const previews = new Turns(PREVIEWS_AT_ONCE)
  const tell = async (found: Kept) => {
    const waits = stateOf(found.job.data, found.state) === 'waiting'
    const ahead = waits ? await askStore(records, () => countAhead(records, found.job)) : 0
    return statusOf(found, ahead, store, queues)
  }
  const status = async (id: string) => tell(await find(records, id))
  return {
    async preview({ queue: name, ...request }) {
      requireOne(request)
      const { queue, deadLetters } = await open(name)
      const list = randomBytes(12).toString('base64url')
      const id = operationIdOf(list)
      const { count, oldest, newest } = await previews.take(() =>
        choose(queue, deadLetters, failures, id, request, SAMPLES),
      )
      const key = await keyOf(records)
      const previewed = { ...request, queue: queue.name }
      return {
        queue: queue.name,
        count,
        sample_ids: oldest.map(({ jobId }) => jobId),
        oldest_failed_at: request.kind === 'promote' ? null : timeOf(oldest[0]),
        newest_failed_at: request.kind === 'promote' ? null : timeOf(newest),
        confirm_token: count === 0 ? null : writeToken(key, previewed, { list, count }, Date.now()),
        operation_id: null,
        message: messageOf(request.kind, count),
      }
    },
    async begin({ queue: name, ...request }, token, ratePerS) {
      requireOne(request)
      const { queue, deadLetters } = await open(name)
      const { kind, selection, askedBy } = request
      const { list, count } = readToken(await keyOf(records), { ...request, queue: queue.name }, token, Date.now())
      requireTimely(kind, count, ratePerS)
      const id = operationIdOf(list)
      await requireRoom(records)
      if (!(await askStore(queue, () => deadLetters.keep(id)))) throw forgotten()
      const call = randomUUID()
      const error = await errorOfGroup(failures, queue, selection)
      const data = {
        kind,
        queue: queue.name,
        selection,
        rate_per_s: ratePerS,
        asked_by: askedBy,
        ...(error && { error }),
      }
      await askStore(records, async () => {
        await records.add(kind, { ...data, previewed: count, call }, { jobId: id })
        // BullMQ keeps the first job of an id and says nothing of it.
        const kept = await records.getJob(id)
        if (kept && !('call' in kept.data && kept.data.call === call)) throw replayed(id)
      })
      return {
        queue: queue.name,
        count,
        sample_ids: [],
        oldest_failed_at: null,
        newest_failed_at: null,
        confirm_token: null,
        operation_id: id,
        message: `The operation is queued. get_operation tells how it goes, cancel_operation stops it.`,
      }
    },
    status,
    list: (page) => listOperations(records, page, tell),
    async cancel(id, askedBy) {
      const { job, state } = await find(records, id)
      const { data } = job
      if (state !== 'completed' && state !== 'failed' && !isRecord(data)) {
        const stopped = { ...data, cancelled: true, cancelled_by: data.cancelled_by ?? askedBy }
        await askStore(records, () => job.updateData(stopped))
        if (state === 'delayed') await askStore(records, () => job.promote()).catch(() => undefined)
      }
      return status(id)
    },
  }
}

function openDeadLetters(store: Store, queue: Queue): DeadLetterStore {
  const deadLetters = store.openDeadLetters(queue)
  if (deadLetters) return deadLetters
  throw new OpsError('invalid_input', 'Jobs on PostgreSQL cannot be handled here yet: use Bull Board.')
}

const timeOf = (death: Death | null | undefined) => (death ? toldTime(death.failedAt) : null)

function messageOf(kind: OperationAction, count: number): string {
  if (count === 0) return `There are no such ${kind === 'promote' ? 'delayed jobs' : 'dead letters'}: nothing to do.`
  const what = {
    retry: `put ${count} dead letters back in line`,
    discard: `delete ${count} jobs for ever`,
    promote: `put ${count} delayed jobs in line now`,
  }[kind]
  const first = kind === 'promote' ? 'those that are due first' : 'the oldest'
  const most = count === MAX_DEAD_LETTERS ? ` (${first}; there may be more for another operation)` : ''
  const kept =
    kind === 'discard'
      ? ' Those with children that are not over are kept, as are runs that their schedulers go on from.'
      : ''
  return `Nothing is done yet. To ${what}${most}, repeat this call with the confirm_token within 15 minutes.${kept}`
}

const LONGEST_H = 24

/** One that takes days would be in the way of its operators, and outlive what they had in mind. */
function requireTimely(kind: OperationAction, count: number, ratePerS: number | null) {
  const hours = ratePerS === null ? 0 : count / ratePerS / 3600
  if (hours <= LONGEST_H) return
  throw new OpsError(
    'invalid_input',
    `At ${ratePerS} a second ${count} ${kind === 'promote' ? 'delayed jobs' : 'dead letters'} take ${Math.round(hours)} hours, more than ${LONGEST_H}: use a rate_per_s of at least ${Math.ceil((count / LONGEST_H / 3600) * 10) / 10}, or a selection of fewer.`,
  )
}

/** Where every one has its place in a worker, slow ones keep none from being begun or cancelled. */
async function requireRoom(records: OperationQueue) {
  const open = await askStore(records, () => records.getJobCountByTypes('waiting', 'delayed', 'active'))
  if (open < OPERATIONS_AT_ONCE) return
  throw new OpsError(
    'conflict',
    `${open} operations are not over yet, and no more than ${OPERATIONS_AT_ONCE} may be under way: repeat this call when one of them is over, or cancel one.`,
  )
}

const forgotten = () =>
  new OpsError(
    'conflict',
    'What this preview has shown is not kept any more, since many others came after it: leave confirm_token out for a new preview.',
  )

const replayed = (id: string) =>
  new OpsError(
    'conflict',
    `This confirm_token was used: it began operation ${id}. get_operation tells how that goes; for another one, make a new preview.`,
  )

const KEY_FIELD = 'queue-ops-key'

/**
 * What seals tokens, the same in all instances. When two make one at the same moment the later one stays; a token of the
 * other is refused, and its preview has to be repeated.
 */
async function keyOf(records: OperationQueue): Promise<string> {
  return askStore(records, async () => {
    const backend = records.getBackend()
    const known = await backend.getQueueMetaField(KEY_FIELD)
    if (known) return known
    await backend.setQueueMeta({ [KEY_FIELD]: randomBytes(32).toString('base64url') })
    return (await backend.getQueueMetaField(KEY_FIELD)) ?? ''
  })
}

const OPERATION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function find(records: OperationQueue, id: string): Promise<Kept> {
  const found = OPERATION_ID.test(id)
    ? await askStore(records, async () => {
        // In this order: what is over by its state has its result by then.
        const state = JobState.safeParse(await records.getJobState(id))
        const job = await records.getJob(id)
        return job && { job, state }
      })
    : undefined
  if (!found?.state.success) {
    throw new OpsError(
      'not_found',
      `There is no such operation: take one of list_operations, which tells the last ${KEPT}.`,
    )
  }
  return { job: found.job, state: found.state.data }
}

async function statusOf(
  { job, state }: Kept,
  ahead: number,
  store: Store,
  queues: AttachedQueues,
): Promise<OperationOutput> {
  const { data, id = '' } = job
  if (isRecord(data)) return recorded(job, data)
  const tally = OperationTally.safeParse(job.returnvalue ?? job.progress).data ?? null
  const now = state === 'completed' ? tally : ((await tallyNow(id, data.queue, store, queues)) ?? tally)
  return {
    operation_id: id,
    kind: data.kind,
    queue: data.queue,
    about: saySelection(data.selection, data.error),
    state,
    ahead,
    cancelled: data.cancelled === true,
    cancelled_by: data.cancelled_by ?? null,
    total: now?.chosen ?? null,
    done: now?.done ?? 0,
    gone: now?.gone ?? 0,
    kept: now?.kept ?? 0,
    per_s: tally?.per_s ?? null,
    rate_per_s: data.rate_per_s,
    asked_by: data.asked_by,
    created_at: new Date(job.timestamp).toISOString(),
    finished_at: job.finishedOn ? new Date(job.finishedOn).toISOString() : null,
    // Of an attempt before, which the last one has made good.
    fail_reason: state === 'completed' ? null : (job.failedReason ?? null),
  }
}

function recorded({ id = '', timestamp }: OperationJob, data: RecordData): OperationOutput {
  const at = new Date(timestamp).toISOString()
  return {
    operation_id: id,
    kind: data.kind,
    queue: data.queue,
    about: data.about,
    state: data.problem === null ? 'completed' : 'failed',
    ahead: 0,
    cancelled: false,
    cancelled_by: null,
    total: data.total,
    done: data.done,
    gone: 0,
    kept: 0,
    per_s: null,
    rate_per_s: null,
    asked_by: data.asked_by,
    created_at: data.begun_at === undefined ? at : new Date(data.begun_at).toISOString(),
    finished_at: at,
    fail_reason: data.problem,
  }
}

/** Operations under way, and those that wait for longer. */
async function countAhead(records: OperationQueue, job: OperationJob): Promise<number> {
  const [active, waiting] = await Promise.all([records.getActiveCount(), records.getWaiting(0, MAX_AHEAD)])
  // One that is gone between the two reads of getWaiting comes back as undefined, whatever its type says.
  return (
    active +
    waiting.filter((other) => Boolean(other) && !isRecord(other.data) && other.timestamp < job.timestamp).length
  )
}

/** More than what was told last: the store counts each step. */
async function tallyNow(id: string, name: string, store: Store, queues: AttachedQueues) {
  const queue = await queues.open(name).catch(() => null)
  const deadLetters = queue && store.openDeadLetters(queue)
  return deadLetters ? askStore(queue, () => deadLetters.tally(id)) : null
}
