import type { FactsReader } from './facts-reader.ts'
import { readRedisCounts } from './redis-counts.ts'
import { readRedisFacts } from './redis-facts.ts'
import { readRedisStoreFacts } from './redis-store-facts.ts'

/** Reads Redis, Valkey and Dragonfly. */
export const redisReader = (prefix: string): FactsReader => ({
  readCounts: readRedisCounts,
  readFacts: readRedisFacts,
  readStoreFacts: (queue) => readRedisStoreFacts(queue, prefix),
})
