import type { Queue } from 'bullmq'
import type { FactsReader } from './facts-reader.ts'
import { clientOf, type RedisClient } from './redis-commands.ts'
import { readRedisCounts } from './redis-counts.ts'
import { readRedisFacts } from './redis-facts.ts'
import { readRedisFleet } from './redis-fleet.ts'
import { readLatestDeadLetters } from './redis-latest-dead-letters.ts'
import { readRedisStore } from './redis-store-facts.ts'

/** Reads Redis, Valkey and Dragonfly. */
export function redisReader(prefix: string): FactsReader {
  const unanswered = new WeakSet<RedisClient>()

  async function noted<T>(queue: Queue, read: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = await clientOf(queue)
    if (unanswered.has(client)) dropPending(client)
    unanswered.add(client)
    try {
      return await read(client)
    } finally {
      unanswered.delete(client)
    }
  }
  return {
    readCounts: readRedisCounts,
    readFacts: readRedisFacts,
    readDeadLetters: readLatestDeadLetters,
    readStore: (queue) => noted(queue, (client) => readRedisStore(client, prefix)),
    readFleet: ([first, ...others], without) => noted(first, () => readRedisFleet([first, ...others], without)),
  }
}

/**
 * Gives up what a frozen server has not answered since the look before, together with its connection: otherwise more and more
 * would wait there, and all of it would be carried out when the server wakes up.
 */
function dropPending(client: RedisClient): void {
  if (client.status === 'ready') client.disconnect(true)
}
