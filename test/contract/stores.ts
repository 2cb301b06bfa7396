import { join } from 'node:path'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type BackendClasses,
  type BackendFactory,
  type IQueueBackend,
} from 'bullmq'
import { postgresPrograms, startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { postgresFaults, postgresRaces } from './postgres-faults.ts'

/** BullMQ's classes on some store, with the connection that their options need. */
export interface RunningStore extends AsyncDisposable {
  classes: BackendClasses<IQueueBackend, unknown>
  connection: unknown
}

/** What a store may do differently by design. A case asks for it and never for the store's name. */
export interface Supports {
  /** `prefix` keeps queues of one name apart. */
  prefixes: boolean
  /** The rows of `getWorkers` tell more than names: an id, an address. */
  clientDetails: boolean
}

/** One file of cases each. */
export type Subject =
  | 'adding'
  | 'bulk'
  | 'cancelling'
  | 'child failures'
  | 'clients'
  | 'completing'
  | 'connections'
  | 'counts'
  | 'deduplication'
  | 'delays'
  | 'events'
  | 'failing'
  | 'flows'
  | 'getters'
  | 'global concurrency'
  | 'logs'
  | 'metadata'
  | 'metrics'
  | 'order'
  | 'pausing'
  | 'progress'
  | 'rate limits'
  | 'removal'
  | 'schedulers'
  | 'stalled'
  | 'taking'
  | 'values'

/** Titles of cases by subject, each with what is wrong. */
export type KnownFaults = Partial<Record<Subject, Record<string, string>>>

export interface Store {
  name: string
  supports: Supports
  /** Cases that it fails. They have to go on failing until they are taken out here. */
  knownFaults?: KnownFaults
  /** Cases that it passes or fails by chance. They are not run. */
  knownRaces?: KnownFaults
  /**
   * How often a case is tried again: the drivers of other people's stores lose a connection or an event by chance now and
   * then, which says nothing of the case. Our own gets one try.
   */
  retries: number
  /** Why it cannot be tested on this machine, if so. */
  absent?: string | false
  start(): Promise<RunningStore>
}

/** Every case of the contract runs once on each of these. */
export const stores: Store[] = [
  {
    name: 'SQLite',
    retries: 0,
    supports: { prefixes: true, clientDetails: true },
    async start() {
      const folder = await temporaryFolder()
      return running(createSqliteBackend, { path: join(folder.path, 'queue.sqlite') }, folder)
    },
  },
  {
    name: 'Redis',
    retries: 2,
    supports: { prefixes: true, clientDetails: true },
    async start() {
      const server = await startRedis()
      const { hostname, port } = new URL(server.url)
      return running(createRedisBackend, { host: hostname, port: Number(port) }, server)
    },
  },
  {
    name: 'PostgreSQL',
    retries: 2,
    supports: { prefixes: false, clientDetails: false },
    knownFaults: postgresFaults,
    knownRaces: postgresRaces,
    absent: !postgresPrograms() && 'there is no initdb: install the PostgreSQL server or set POSTGRES_BIN',
    async start() {
      const server = await startPostgres()
      const { Queue } = withBackend(createPostgresBackend)
      const migration = new Queue('migration', { connection: { connectionString: server.url, migrate: true } })
      await migration.waitUntilReady()
      await migration.close()
      return running(createPostgresBackend, { connectionString: server.url }, server)
    },
  },
]

/** Hides which backend and which kind of connection it is. */
function running<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  connection: C,
  server: AsyncDisposable,
): RunningStore {
  return {
    classes: withBackend(factory as BackendFactory<IQueueBackend, unknown>),
    connection,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() as Promise<void>,
  }
}
