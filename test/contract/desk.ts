import { randomUUID } from 'node:crypto'
import { once, type EventEmitter } from 'node:events'
import { setTimeout as nextMillisecond } from 'node:timers/promises'
import type { Job, Processor, QueueEventsOptions, QueueOptions, WorkerOptions } from 'bullmq'
import { eventually } from '../support/eventually.ts'
import type { RunningStore } from './stores.ts'

type Classes = RunningStore['classes']
export type Queue = InstanceType<Classes['Queue']>
export type Worker = InstanceType<Classes['Worker']>
export type QueueEvents = InstanceType<Classes['QueueEvents']>
export type QueueEventsProducer = InstanceType<Classes['QueueEventsProducer']>
export type FlowProducer = InstanceType<Classes['FlowProducer']>

type Options<T> = Partial<Omit<T, 'connection'>>
type OfQueue = Pick<Queue, 'name'>

/** An event as a listener hears it, without its id. */
export interface Told {
  event: string
  [field: string]: unknown
}

/** A worker that takes jobs only when it is told to. */
export interface Taker {
  worker: Worker
  /** The next job; there has to be one. */
  take(token?: string): Promise<Job>
  /** The next job, or nothing, without waiting for one. */
  tryTake(token?: string): Promise<Job | undefined>
}

/** Opens what a case needs, each with names of its own, and closes it when the case is over. */
export interface Desk {
  /** A name that no other case uses. */
  name(): string
  queue(options?: Options<QueueOptions> & { name?: string }): Queue
  worker(queue: OfQueue, processor: Processor | null, options?: Options<WorkerOptions>): Worker
  taker(queue: OfQueue, options?: Options<WorkerOptions>): Taker
  /**
   * Hears all events of the queue, from the first that the store has. Whom to tell has to be said at once. It asks
   * again after a short time, so that only the cases about it depend on being woken.
   */
  listener(queue: OfQueue, options?: Options<QueueEventsOptions>): QueueEvents
  eventsProducer(queue: OfQueue): QueueEventsProducer
  flows(): FlowProducer
  /** All events of the queue that the store still has, oldest first, those with these further names too. */
  history(queue: OfQueue, ...furtherNames: string[]): Promise<Told[]>
  /** The classes themselves, for what is opened or closed in a way of its own. */
  classes: Classes
  connection: unknown
  /** What was emitted as 'error' by anything that was opened; a case that expects it takes it out. */
  errors: Error[]
  expectNoErrors(): void
  close(): Promise<void>
}

/** For what should take milliseconds. */
const DEADLINE_MS = 10_000
/** What does not close, because a case failed in the middle of a job, is left behind. */
const CLOSE_MS = 2_000

export const TOKEN = 'token'

const EVENTS = [
  'active',
  'added',
  'cleaned',
  'completed',
  'deduplicated',
  'delayed',
  'drained',
  'duplicated',
  'failed',
  'paused',
  'progress',
  'removed',
  'resumed',
  'retries-exhausted',
  'stalled',
  'waiting',
  'waiting-children',
]

export function openDesk({ classes, connection }: RunningStore): Desk {
  const opened: { close(): Promise<void> }[] = []
  const errors: Error[] = []

  function keep<T extends { close(): Promise<void> }>(thing: T): T {
    opened.push(thing)
    const emitter: EventEmitter = thing as T & EventEmitter
    emitter.on('error', (error: Error) => errors.push(error))
    return thing
  }
  const worker: Desk['worker'] = (queue, processor, options) =>
    keep(new classes.Worker(queue.name, processor, { ...options, connection }))
  const listener: Desk['listener'] = (queue, options) =>
    keep(new classes.QueueEvents(queue.name, { lastEventId: '0', blockingTimeout: 200, ...options, connection }))
  const eventsProducer: Desk['eventsProducer'] = (queue) =>
    keep(new classes.QueueEventsProducer(queue.name, { connection }))

  async function history(queue: OfQueue, ...furtherNames: string[]): Promise<Told[]> {
    const told: Told[] = []
    const end = `end-${randomUUID()}`
    await eventsProducer(queue).publishEvent({ eventName: end }, Number.MAX_SAFE_INTEGER)
    const events = listener(queue, { autorun: false })
    const emitter: EventEmitter = events
    for (const event of [...EVENTS, ...furtherNames]) {
      emitter.on(event, (fields: object | string) => {
        told.push(typeof fields === 'string' ? { event } : { event, ...fields })
      })
    }
    const ended = heard(events, end)
    // A store may leave what was asked just before the end unanswered for ever, so nobody waits for the run.
    events.run().catch((error: Error) => errors.push(error))
    await ended
    await events.close()
    return told
  }

  return {
    classes,
    connection,
    errors,
    name: () => `contract-${randomUUID()}`,
    queue: ({ name = `contract-${randomUUID()}`, ...options } = {}) =>
      keep(new classes.Queue(name, { ...options, connection })),
    worker,
    taker(queue, options) {
      const taking = worker(queue, null, { autorun: false, ...options })
      const tryTake = (token = TOKEN): Promise<Job | undefined> => taking.getNextJob(token, { block: false })
      return {
        worker: taking,
        tryTake,
        async take(token) {
          const job = await tryTake(token)
          if (!job) throw new Error('there is no job to take')
          return job
        },
      }
    },
    listener,
    eventsProducer,
    flows: () => keep(new classes.FlowProducer({ connection })),
    history,
    expectNoErrors() {
      const [error] = errors
      if (error) throw new Error(`'error' was emitted: ${error.message}`, { cause: error })
    },
    async close() {
      for (const thing of opened.toReversed()) await closed(thing)
    },
  }
}

async function closed(thing: { close(): Promise<void> }): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_MS)
  await Promise.race([thing.close().catch(() => undefined), promise])
  clearTimeout(timer)
}

/** What the next event of this name carries. */
export async function heard<T extends unknown[] = unknown[]>(emitter: EventEmitter, event: string): Promise<T> {
  return (await once(emitter, event, { signal: AbortSignal.timeout(DEADLINE_MS) })) as T
}

/** Asks until the question no longer throws; for what should take milliseconds. */
export function soon<T>(question: () => T | Promise<T>): Promise<T> {
  return eventually(question, DEADLINE_MS)
}

/** Waits until this time, in milliseconds since 1970, is over; for what has to run out. */
export async function past(time: number): Promise<void> {
  while (Date.now() <= time) await nextMillisecond(1)
}

export async function complete(job: Job, result: unknown = 'done'): Promise<void> {
  await job.moveToCompleted(result, job.token ?? TOKEN, false)
}

export async function fail(job: Job, reason: string | Error = 'broken'): Promise<void> {
  await job.moveToFailed(reason instanceof Error ? reason : new Error(reason), job.token ?? TOKEN, false)
}

/** How often the worker asks the store for a job from now on. */
export function countAsking(worker: Worker): () => number {
  const backend = worker.getBackend()
  const ask = backend.moveToActive.bind(backend)
  let count = 0
  backend.moveToActive = (...args) => (count++, ask(...args))
  return () => count
}

/** The job as the store has it now; it has to be there. */
export async function stored(queue: Queue, id: string | undefined): Promise<Job> {
  const job: Job | undefined = id === undefined ? undefined : await queue.getJob(id)
  if (!job) throw new Error(`there is no job ${id}`)
  return job
}

export const ids = (jobs: Job[]): (string | undefined)[] => jobs.map((job) => job.id)

/** The id of a job that was added, which BullMQ's types leave open. */
export function idOf(job: Job): string {
  if (job.id === undefined) throw new Error('the job has no id')
  return job.id
}
