import type { QueueBaseOptions, WorkerOptions } from 'bullmq'
import { clientName } from './backend-base.ts'
import { SqliteBackend } from './backend.ts'
import type { SqliteConnection } from './connection.ts'
import { OpenFiles } from './open-files.ts'

export type { SqliteConnection } from './connection.ts'
export type { FileFacts } from './file-facts.ts'
export type { Integrity } from './integrity.ts'
export { StoreError, type StoreProblem } from './store-error.ts'

/** BullMQ's own default. */
const DEFAULT_PREFIX = 'bull'

const files = new OpenFiles()

type Options = QueueBaseOptions<SqliteConnection> & { prefix?: string }

/**
 * The backend factory for BullMQ's classes on a SQLite file:
 *
 *     const { Queue, Worker } = withBackend(createSqliteBackend)
 *     new Queue('mail', { connection: { path: '/var/lib/app/queue.sqlite' } })
 *
 * Everything of BullMQ works on it, in any number of processes of one machine. Throws {@link StoreError} when the file
 * cannot be used.
 */
export function createSqliteBackend(
  queueName: string,
  options: Options,
  role: { blocking?: boolean; withBlockingConnection?: boolean } = {},
): SqliteBackend {
  const { connection, prefix = DEFAULT_PREFIX } = options
  const { name } = options as Partial<WorkerOptions>
  // Only workers are listed from the start; listeners to events give themselves a name.
  const suffix = name ? `:w:${name}` : ''
  const file = files.open(connection)
  return new SqliteBackend(file, {
    queueName,
    prefix,
    options,
    busyTimeoutMs: connection.busyTimeoutMs,
    clientName: role.withBlockingConnection ? clientName(prefix, queueName, suffix) : null,
  })
}
