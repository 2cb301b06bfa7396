import type { Queue } from 'bullmq'
import { ask, askOne, clientOf, timeOf } from './redis-commands.ts'
import { MAX_IN_A_STORE, SUBSCRIPTIONS_KEPT_MS, type Subscriptions } from './subscriptions.ts'

/**
 * Keeps a sorted set for each session beside BullMQ's keys, where a Cluster and the rights of a user reach them as they reach
 * the queue, and one of all subscriptions, by which they are counted. Scores are when a subscription is forgotten, by Redis' clock.
 *
 * @param queue on Redis
 */
export function redisSubscriptions(queue: Queue): Subscriptions {
  const all = queue.toKey('queue-ops:subscriptions')
  const keyOf = (session: string) => `${all}:${session}`
  return {
    async add(session, topic) {
      const client = await clientOf(queue)
      const now = await timeOf(client)
      const [, count, known] = await ask(client, [
        ['zremrangebyscore', all, '-inf', now],
        ['zcard', all],
        ['zscore', all, nameOf(session, topic)],
      ])
      if (known === null && Number(count) >= MAX_IN_A_STORE) return false
      const until = now + SUBSCRIPTIONS_KEPT_MS
      await ask(client, [
        ['zadd', keyOf(session), until, topic],
        ['pexpire', keyOf(session), SUBSCRIPTIONS_KEPT_MS],
        ['zadd', all, until, nameOf(session, topic)],
        ['pexpire', all, SUBSCRIPTIONS_KEPT_MS],
      ])
      return true
    },
    async remove(session, topic) {
      await ask(await clientOf(queue), [
        ['zrem', keyOf(session), topic],
        ['zrem', all, nameOf(session, topic)],
      ])
    },
    async read(session) {
      return (await askOne(await clientOf(queue), ['zrange', keyOf(session), 0, -1])) as string[]
    },
  }
}

const nameOf = (session: string, topic: string) => `${session} ${topic}`
