import type { Queue } from 'bullmq'
import { askStore } from './ask-store.ts'
import { askOne, clientOf } from './redis-commands.ts'

/** A step takes Redis a few milliseconds, however many keys there are. */
const KEYS_A_STEP = 10_000

/** The key that every queue has which was ever opened. */
const ENDING = ':meta'

/**
 * The names of all queues of a prefix, found by SCAN, so that nobody has to wait for more than a step. Rejects with OpsError
 * `store_unavailable`.
 */
export async function redisQueueNames(queue: Queue, prefix: string): Promise<string[]> {
  const start = `${prefix}:`
  const names = new Set<string>()
  let cursor = '0'
  do {
    const answer = await askStore(queue, async () =>
      askOne(await clientOf(queue), ['scan', cursor, 'MATCH', `${literal(start)}*${ENDING}`, 'COUNT', KEYS_A_STEP]),
    )
    const [next, keys] = answer as [string, string[]]
    for (const key of keys) names.add(key.slice(start.length, -ENDING.length))
    cursor = next
  } while (cursor !== '0')
  return [...names].filter((name) => name !== '' && !name.includes(':')).toSorted()
}

/** A text as a pattern that matches nothing else. */
const literal = (text: string) => text.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)
