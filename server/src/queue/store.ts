import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type BackendClasses,
  type BackendFactory,
  type IQueueBackend,
  type JobsOptions,
  type Processor,
  type Queue,
  type QueueEvents,
  type QueueOptions,
  type Worker,
  type WorkerOptions,
} from 'bullmq'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import { sqlitePath } from '../store-url.ts'
import { askStore } from './ask-store.ts'
import { logConnectionErrors } from './connection-errors.ts'
import { readClients, type Clients } from './consumers.ts'
import { openEventStream, type EventStream } from './event-stream.ts'
import type { FactsReader } from './facts-reader.ts'
import { gettersOnly } from './getters-reader.ts'
import { searchByGetters, type JobSearch } from './job-search.ts'
import { LastRefusals } from './last-refusal.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import type { Notes } from './notes.ts'
import { withReadableJobs } from './readable-jobs.ts'
import { redisDeadLetters } from './redis-dead-letters.ts'
import { redisNotes } from './redis-notes.ts'
import { redisQueueNames } from './redis-queue-names.ts'
import { redisReader } from './redis-reader.ts'
import { redisSearch } from './redis-search.ts'
import { redisSubscriptions } from './redis-subscriptions.ts'
import { SqliteBackend } from './sqlite/backend.ts'
import { createSqliteBackend, StoreError, type FileFacts } from './sqlite/create-sqlite-backend.ts'
import { sqliteDeadLetters } from './sqlite-dead-letters.ts'
import { sqliteNotes } from './sqlite-notes.ts'
import { sqliteReader } from './sqlite-reader.ts'
import { sqliteSearch } from './sqlite-search.ts'
import { sqliteSubscriptions } from './sqlite-subscriptions.ts'
import type { Subscriptions } from './subscriptions.ts'

/** Longest pause between two attempts of a worker to reach the store again; BullMQ's own default backs off to 20 s. */
const WORKER_RECONNECT_MAX_MS = 2000
const READER_RECONNECT_MAX_MS = 1000

/** Less than `askStore` waits, so that a caller is told that the file is locked rather than nothing. */
const CALLER_BUSY_MS = 1000

export type StoreKind = 'sqlite' | 'redis' | 'postgres'

/** Queues and workers on the store that is configured, and what it tells of them and of itself. */
export interface Store extends FactsReader {
  kind: StoreKind
  /** What is to be known of the SQLite file behind a queue of this store, null on other stores. Rejects like any call. */
  inspectFile(queue: Queue): Promise<FileFacts | null>
  /** The notes of a queue of this store, through the connection of that queue; null where there are none (PostgreSQL). */
  openNotes(queue: Queue): Notes | null
  /** The subscriptions beside a queue of this store, through its connection; null where there are none (PostgreSQL). */
  openSubscriptions(queue: Queue): Subscriptions | null
  /** The dead letters of a queue of this store, through its connection; null where operations cannot handle them (PostgreSQL). */
  openDeadLetters(queue: Queue): DeadLetterStore | null
  /** Looks for a text in the jobs of a queue of this store, through its connection. */
  openSearch(queue: Queue): JobSearch
  /** Another queue of this store on the connection of this one; opening it makes none, and closing it is not needed. */
  openSibling(queue: Queue, name: string): Queue
  /** The names of all queues that this store has under the prefix; null where they cannot be listed (PostgreSQL). */
  listQueues(queue: Queue): Promise<string[] | null>
  /** Who is connected to the store of a queue. Rejects like any call. */
  readClients(queue: Queue): Promise<Clients>
  /** A queue whose calls reject at once when the store is gone; make them through `askStore`. */
  openQueue(name: string, defaults?: JobsOptions): Queue
  /**
   * A queue of the same kind that is only read: opening it does not make one that is not there. Until it is ready its calls
   * may fail.
   */
  openReader(name: string): Queue
  /**
   * A reader for health alone, on a connection of its own. It is ready as soon as it is connected, also to a store that still
   * loads, refuses writes or lets this user see hardly anything: each call finds out for itself.
   */
  openObserver(name: string): Queue
  /** Why the store has refused the connection of an observer just now, in words for clients; null when it has not. */
  whyRefused(observer: Queue): string | null
  /** A consumer that waits for the store patiently and goes on by itself when it is back. */
  openWorker<Data, Result>(
    name: string,
    processor: Processor<Data, Result>,
    options: Omit<WorkerOptions, 'connection' | 'prefix'>,
  ): Worker<Data, Result>
  /** The events of a queue, on a connection of their own that waits for the store patiently. */
  openEvents(name: string): EventStream
}

/** One kind of store. Producers and consumers fail differently, so each gets a connection of its own (decision 9). */
interface Driver {
  kind: StoreKind
  classes: BackendClasses<IQueueBackend, unknown>
  forCallers: unknown
  forObservers: unknown
  forWorkers: unknown
  reader: FactsReader
}

/**
 * Opens queues and workers on the store that `url` names. Nothing is connected before the first queue or worker, and a
 * server that is away is not an error here: calls fail, workers wait. A SQLite file that cannot be used is one: OpsError
 * `store_unavailable`.
 *
 * @param url `sqlite:path`, `redis://`, `rediss://` or `postgres://`
 * @param prefix what the store's keys start with
 */
export function openStore(url: string, prefix: string, log: Log): Store {
  const { kind, classes, forCallers, forObservers, forWorkers, reader } = driverFor(url, prefix)
  const open = (name: string, options: Partial<QueueOptions>, connection = forCallers): Queue => {
    // BullMQ types a queue by its backend; nothing here may depend on which one it is.
    const make = () => new classes.Queue(name, { ...options, prefix, connection }) as unknown as Queue
    const queue = withReadableJobs(opened(make))
    logConnectionErrors(queue, log.child({ queue: name, role: 'queue' }))
    return queue
  }
  const refusals = new LastRefusals()
  return {
    kind,
    ...reader,
    readClients,
    inspectFile: async (queue) => {
      const backend: unknown = queue.getBackend()
      return backend instanceof SqliteBackend ? backend.inspectFile() : null
    },
    openNotes(queue) {
      const backend: unknown = queue.getBackend()
      if (backend instanceof SqliteBackend) return sqliteNotes(backend)
      return kind === 'redis' ? redisNotes(queue) : null
    },
    openSubscriptions(queue) {
      const backend: unknown = queue.getBackend()
      if (backend instanceof SqliteBackend) return sqliteSubscriptions(backend)
      return kind === 'redis' ? redisSubscriptions(queue) : null
    },
    openDeadLetters(queue) {
      const backend: unknown = queue.getBackend()
      if (backend instanceof SqliteBackend) return sqliteDeadLetters(backend)
      return kind === 'redis' ? redisDeadLetters(queue) : null
    },
    openSearch(queue) {
      const backend: unknown = queue.getBackend()
      if (backend instanceof SqliteBackend) return sqliteSearch(backend)
      return kind === 'redis' ? redisSearch(queue) : searchByGetters(queue)
    },
    openSibling(queue, name) {
      const backend = queue.getBackend() as IQueueBackend
      const sibling = withBackend(() => backend.forQueue(name, prefix))
      const opened = new sibling.Queue(name, { prefix, skipMetasUpdate: true, connection: {} })
      return withReadableJobs(opened as unknown as Queue)
    },
    async listQueues(queue) {
      const backend: unknown = queue.getBackend()
      if (backend instanceof SqliteBackend) return askStore(queue, () => backend.listQueues())
      return kind === 'redis' ? redisQueueNames(queue, prefix) : null
    },
    openQueue: (name, defaults) => open(name, defaults ? { defaultJobOptions: defaults } : {}),
    openReader: (name) => open(name, { skipMetasUpdate: true }),
    openObserver(name) {
      const queue = open(name, { skipMetasUpdate: true, skipVersionCheck: true }, forObservers)
      refusals.listenTo(queue)
      return queue
    },
    whyRefused: (observer) => refusals.of(observer),
    openWorker(name, processor, options) {
      const settings = { ...options, prefix, connection: forWorkers, runRetryDelay: WORKER_RECONNECT_MAX_MS }
      const worker = opened(() => new classes.Worker(name, processor, settings)) as unknown as Worker
      logConnectionErrors(worker, log.child({ queue: name, role: 'worker' }))
      return worker
    },
    openEvents(name) {
      const settings = { prefix, connection: forWorkers, autorun: false }
      const events = opened(() => new classes.QueueEvents(name, settings)) as unknown as QueueEvents
      logConnectionErrors(events, log.child({ queue: name, role: 'events' }))
      return openEventStream(events)
    },
  }
}

function driverFor(url: string, prefix: string): Driver {
  const path = sqlitePath(url)
  if (path !== null) return sqlite(path)
  return url.startsWith('postgres') ? postgres(url) : redis(url, prefix)
}

function sqlite(path: string): Driver {
  // A call that its caller has given up must not be carried out later; a worker's job is worth more patience.
  const forCallers = { path, busyTimeoutMs: CALLER_BUSY_MS }
  return {
    kind: 'sqlite',
    classes: classesOf(createSqliteBackend),
    forCallers,
    forObservers: forCallers,
    forWorkers: { path },
    reader: sqliteReader,
  }
}

function redis(url: string, prefix: string): Driver {
  const forCallers = {
    url,
    // A call made while the store is gone fails now and is not carried out later, behind the caller's back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 1000,
    retryStrategy: backoff(READER_RECONNECT_MAX_MS),
  }
  return {
    kind: 'redis',
    classes: classesOf(createRedisBackend),
    forCallers,
    // The check asks INFO and waits while Redis loads its data, which is just what is to be told.
    forObservers: { ...forCallers, enableReadyCheck: false },
    forWorkers: { url, maxRetriesPerRequest: null, retryStrategy: backoff(WORKER_RECONNECT_MAX_MS) },
    reader: redisReader(prefix),
  }
}

const postgres = (url: string): Driver => ({
  kind: 'postgres',
  classes: classesOf(createPostgresBackend),
  forCallers: { connectionString: url },
  forObservers: { connectionString: url },
  forWorkers: { connectionString: url },
  reader: gettersOnly,
})

const classesOf = <B extends IQueueBackend, C>(factory: BackendFactory<B, C>) =>
  withBackend(factory as unknown as BackendFactory<IQueueBackend, unknown>)

function opened<T>(open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (error instanceof StoreError) {
      throw new OpsError('store_unavailable', `QUEUE_URL: ${error.message}.`, { cause: error })
    }
    throw error
  }
}

const backoff = (maxMs: number) => (times: number) => Math.min(times * 100, maxMs)
