import { RedisQueueBackend, type Queue } from 'bullmq'
import { askOne, clientOf, refusalOf } from './redis-commands.ts'
import { SqliteBackend } from './sqlite/backend.ts'

/**
 * Whether the event with this id still stands in the stream of a queue. When it does not, those behind it may be gone too, since
 * a store forgets the oldest first. True where it cannot be told: on PostgreSQL, and when the store refuses to say. Rejects
 * like any call.
 */
export async function keepsEvent(queue: Queue, id: string): Promise<boolean> {
  const backend: unknown = queue.getBackend()
  if (backend instanceof SqliteBackend) return backend.keepsEvent(id)
  if (!(backend instanceof RedisQueueBackend)) return true
  try {
    const found = await askOne(await clientOf(queue), ['xrange', queue.toKey('events'), id, id, 'COUNT', 1])
    return (found as unknown[]).length > 0
  } catch (error) {
    if (refusalOf(error) === null) throw error
    return true
  }
}
