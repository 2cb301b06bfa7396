import { setTimeout as pause } from 'node:timers/promises'
import { UnrecoverableError, WaitingError, type Processor, type Queue } from 'bullmq'
import type { OperationAction } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import { PREVIEWS, STEP, type DeadLetterStore, type Tally } from '../queue/dead-letter-store.ts'
import type { Store } from '../queue/store.ts'
import { Turns } from '../queue/turns.ts'
import { watchForCancel } from '../queue/watch-for-cancel.ts'
import { siblingsOf } from './attached-queues.ts'
import {
  isRecord,
  OperationData,
  OPERATIONS_AT_ONCE,
  OperationTally,
  type OperationJob,
  type OperationQueue,
  type OperationsData,
  type RecordData,
} from './operation-job.ts'
import { Pace } from './pace.ts'

/** So many of them ask the store for a step at the same time: each step then has its time for an answer from its turn on. */
const STEPS_AT_ONCE = 4

/** A dead worker's operation is taken up by another one as a dead worker's export is. */
const LOCK_MS = 8000
const SWEEP_EVERY_MS = 3000
const MAX_STALLED = 1000

/** How often a worker tells how far it is. */
const TELL_EVERY_MS = 250

/** A slow rate is kept by many small steps. */
const PACE_MS = 50

/** What handling the next dead letters of a list means. */
const handlers: Record<OperationAction, (store: DeadLetterStore) => DeadLetterStore['retryNext']> = {
  retry: (store) => store.retryNext,
  discard: (store) => store.discardNext,
  promote: (store) => store.promoteNext,
}

/**
 * Starts a consumer of the operations queue. One that is closed puts its operations back for another one, without costing
 * them an attempt.
 */
export function startOperationWorker(store: Store, queueName: string, log: Log): { close(): Promise<void> } {
  const closing = new AbortController()
  const queue: OperationQueue = store.openQueue(queueName)
  const siblings = siblingsOf(store, queue)
  const steps = new Turns(STEPS_AT_ONCE)
  const processor: Processor<OperationsData, OperationTally> = async (job, token, lockLost) => {
    if (isRecord(job.data)) return tallyOf(job.data)
    using watch = watchForCancel(queue, job.id ?? '')
    const cancelled =
      'cancelled' in job.data && job.data.cancelled ? AbortSignal.abort(new Error('cancelled')) : watch.cancelled
    const stop = AbortSignal.any([closing.signal, cancelled, ...(lockLost ? [lockLost] : [])])
    try {
      const data = readData(job)
      const about = siblings(data.queue)
      const deadLetters = store.openDeadLetters(about)
      if (!deadLetters) throw new OpsError('invalid_input', 'This store has no operations on dead letters.')
      const result = await new Operation(job, data, about, deadLetters, steps, log).run(stop)
      if (lockLost?.aborted) throw new Error('the lock is lost')
      if (closing.signal.aborted && !cancelled.aborted && result.left > 0) {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      return result
    } catch (error) {
      throw told(error, job, log)
    }
  }
  const worker = store.openWorker(queueName, processor, {
    concurrency: OPERATIONS_AT_ONCE,
    lockDuration: LOCK_MS,
    stalledInterval: SWEEP_EVERY_MS,
    maxStalledCount: MAX_STALLED,
  })
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'the lock is lost')
  })
  worker.on('completed', ({ id, data, returnvalue }) => {
    if (!isRecord(data))
      log.info(
        { event: 'operation_ended', operation_id: id, ...summary(data), ...returnvalue },
        'an operation has ended',
      )
  })
  const forgetOld = () => void store.openDeadLetters(queue)?.forgetOld().catch(stopped)
  const forgetting = setInterval(forgetOld, PREVIEWS.makingMs)
  return {
    async close() {
      clearInterval(forgetting)
      closing.abort(new Error('the worker is closing'))
      await worker.close()
      await queue.close()
    },
  }
}

/** A record is not worked on: only where it is kept is that of the operations. */
const tallyOf = ({ done, total }: RecordData): OperationTally => ({
  chosen: total ?? done,
  done,
  gone: 0,
  kept: 0,
  left: 0,
  per_s: null,
})

/** One run of an operation, which goes on where the one before has ended. */
class Operation {
  readonly #job: OperationJob
  readonly #data: OperationData
  readonly #queue: Queue
  readonly #deadLetters: DeadLetterStore
  readonly #steps: Turns
  readonly #log: Log
  #toldAt = 0

  constructor(
    job: OperationJob,
    data: OperationData,
    queue: Queue,
    deadLetters: DeadLetterStore,
    steps: Turns,
    log: Log,
  ) {
    this.#job = job
    this.#data = data
    this.#queue = queue
    this.#deadLetters = deadLetters
    this.#steps = steps
    this.#log = log
  }

  /** Gives how far it came when all are handled, or when it was stopped. */
  async run(stop: AbortSignal): Promise<OperationTally> {
    let tally = await this.#begin()
    const doneBefore = tally.done
    const began = performance.now()
    const earlier = OperationTally.safeParse(this.#job.progress).data?.per_s ?? null
    const perS = (now: number) => {
      const ms = now - began
      return tally.done > doneBefore && ms > 0 ? Math.round(((tally.done - doneBefore) / ms) * 1e5) / 100 : earlier
    }
    const pace = this.#data.rate_per_s === null ? null : new Pace(this.#data.rate_per_s, began)
    const handle = handlers[this.#data.kind](this.#deadLetters)
    while (tally.left > 0 && !stop.aborted) {
      const due = Math.min(pace ? pace.due(performance.now()) : STEP, STEP)
      if (due > 0) {
        const before = tally
        tally = await this.#steps.take(async () =>
          stop.aborted ? before : askStore(this.#queue, () => handle(this.#id, due)),
        )
        pace?.took(before.left - tally.left)
        this.#tell({ ...tally, per_s: perS(performance.now()) })
      }
      if (pace && tally.left > 0)
        await pause(Math.max(pace.waitMs(), PACE_MS), undefined, { signal: stop }).catch(stopped)
    }
    return { ...tally, per_s: perS(performance.now()) }
  }

  get #id(): string {
    return this.#job.id ?? ''
  }

  /** How far it is with the list that its preview has made. */
  async #begin(): Promise<Tally> {
    const tally = await askStore(this.#queue, () => this.#deadLetters.tally(this.#id))
    if (!tally)
      throw new OpsError(
        'invalid_input',
        'What is left of the operation is not known any more: nobody has gone on with it for too long. Make a new preview.',
      )
    if (tally.left === tally.chosen)
      this.#log.info(
        { event: 'operation_began', operation_id: this.#id, ...summary(this.#data), ...tally },
        'an operation begins',
      )
    return tally
  }

  /** A courtesy: whatever the store says to it, the operation goes on. */
  #tell(tally: OperationTally) {
    const now = performance.now()
    if (now - this.#toldAt < TELL_EVERY_MS) return
    this.#toldAt = now
    this.#job.updateProgress(tally).catch(stopped)
  }
}

const stopped = () => undefined

const summary = ({ kind, queue, asked_by, rate_per_s }: OperationData) => ({ kind, queue, asked_by, rate_per_s })

/** Jobs also come from other hands than ours. */
function readData({ data }: OperationJob): OperationData {
  const parsed = OperationData.safeParse(data)
  if (parsed.success) return parsed.data
  throw new OpsError(
    'invalid_input',
    'This is no operation: begin one with retry_dead_letters or discard_dead_letters.',
  )
}

/** What the record says; what trying again cannot mend is not tried again. */
function told(error: unknown, job: OperationJob, log: Log): unknown {
  if (error instanceof WaitingError) return error
  if (error instanceof OpsError) {
    log.warn({ event: 'operation_failed', operation_id: job.id, code: error.code, err: error.cause }, error.message)
    return error.code === 'invalid_input' ? new UnrecoverableError(error.message) : error
  }
  log.error(
    { event: 'operation_error', operation_id: job.id, err: error },
    'an operation failed for a reason that is ours',
  )
  return new Error('The operation failed inside the worker; its log has the details under this id.', { cause: error })
}
