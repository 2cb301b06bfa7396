import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { Queue, withBackend } from 'bullmq'
import { join } from 'node:path'
import { startRedis, type TestRedis } from '../support/redis.ts'

export type StoreKind = 'redis' | 'sqlite'

/** A store that only one system uses, so that it can be broken. */
export interface FaultyStore extends AsyncDisposable {
  /** For QUEUE_URL. */
  url: string
  /** Throws on another kind of store. */
  redis(): TestRedis
  /** Path of the queue file. Throws on another kind of store. */
  file(): string
}

export async function startStore(kind: StoreKind, folder: string): Promise<FaultyStore> {
  if (kind === 'sqlite') {
    const path = join(folder, 'queue.sqlite')
    return {
      url: `sqlite:${path}`,
      redis: () => wrongKind(),
      file: () => path,
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  const redis = await startRedis()
  return {
    url: redis.url,
    redis: () => redis,
    file: () => wrongKind(),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}

function wrongKind(): never {
  throw new Error('this fault is for another kind of store')
}

/** A queue on it, as a producer has it. */
export function openQueue(url: string, name = 'exports'): Queue {
  if (!url.startsWith('sqlite:')) return quiet(new Queue(name, { connection: { url } }))
  const backend = withBackend(createSqliteBackend)
  return quiet(new backend.Queue(name, { connection: { path: url.slice('sqlite:'.length) } }) as unknown as Queue)
}

/** That the store is away is what these tests are about. */
function quiet(queue: Queue): Queue {
  queue.on('error', () => undefined)
  return queue
}
