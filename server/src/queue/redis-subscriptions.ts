import type { Queue } from 'bullmq'
import { ask, askOne, clientOf } from './redis-commands.ts'
import { SUBSCRIPTIONS_KEPT_MS, type Subscriptions } from './subscriptions.ts'

/**
 * Keeps a set for each session beside BullMQ's keys, where a Cluster and the rights of a user reach them as they reach the
 * queue.
 *
 * @param queue on Redis
 */
export function redisSubscriptions(queue: Queue): Subscriptions {
  const keyOf = (session: string) => queue.toKey(`queue-ops:session:${session}`)
  return {
    async add(session, topic) {
      const key = keyOf(session)
      await ask(await clientOf(queue), [
        ['sadd', key, topic],
        ['pexpire', key, SUBSCRIPTIONS_KEPT_MS],
      ])
    },
    async remove(session, topic) {
      await ask(await clientOf(queue), [['srem', keyOf(session), topic]])
    },
    async read(session) {
      return (await askOne(await clientOf(queue), ['smembers', keyOf(session)])) as string[]
    },
  }
}
