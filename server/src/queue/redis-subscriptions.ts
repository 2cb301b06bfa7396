import type { Queue } from 'bullmq'
import { ask, askOne, clientOf, timeOf, type RedisClient } from './redis-commands.ts'
import { MAX_IN_A_STORE, OVER_KEPT_MS, SUBSCRIPTIONS_KEPT_MS, type Subscriptions } from './subscriptions.ts'

/** So many are taken away at once to make room. */
const YIELD_AT_ONCE = 100

/**
 * Keeps a sorted set for each session beside BullMQ's keys, where a Cluster and the rights of a user reach them as they reach
 * the queue, and one of all subscriptions, by which they are counted. Scores are when a subscription is forgotten, by Redis' clock.
 *
 * @param queue on Redis
 */
export function redisSubscriptions(queue: Queue): Subscriptions {
  const all = queue.toKey('queue-ops:subscriptions')
  const keyOf = (session: string) => `${all}:${session}`
  async function makeRoom(client: RedisClient, now: number): Promise<boolean> {
    const yielding = ['zrangebyscore', all, '-inf', now + OVER_KEPT_MS, 'LIMIT', 0, YIELD_AT_ONCE] as const
    const names = (await askOne(client, [...yielding])) as string[]
    if (names.length === 0) return false
    await ask(client, [
      ['zrem', all, ...names],
      ...names.map(partsOf).map(({ session, topic }) => ['zrem', keyOf(session), topic] as ['zrem', string, string]),
    ])
    return true
  }
  return {
    async add(session, topic, keptMs) {
      const client = await clientOf(queue)
      const now = await timeOf(client)
      const [, count, known] = await ask(client, [
        ['zremrangebyscore', all, '-inf', now],
        ['zcard', all],
        ['zscore', all, nameOf(session, topic)],
      ])
      if (known === null && Number(count) >= MAX_IN_A_STORE && !(await makeRoom(client, now))) return false
      const until = now + keptMs
      await ask(client, [
        ['zremrangebyscore', keyOf(session), '-inf', now],
        ['zadd', keyOf(session), until, topic],
        ['pexpire', keyOf(session), SUBSCRIPTIONS_KEPT_MS],
        ['zadd', all, until, nameOf(session, topic)],
        ['pexpire', all, SUBSCRIPTIONS_KEPT_MS],
      ])
      return true
    },
    async hasten(session, topic, leftMs) {
      const client = await clientOf(queue)
      const until = (await timeOf(client)) + leftMs
      await ask(client, [
        ['zadd', keyOf(session), 'XX', 'LT', until, topic],
        ['zadd', all, 'XX', 'LT', until, nameOf(session, topic)],
      ])
    },
    async remove(session, topic) {
      await ask(await clientOf(queue), [
        ['zrem', keyOf(session), topic],
        ['zrem', all, nameOf(session, topic)],
      ])
    },
    async read(session) {
      const client = await clientOf(queue)
      const now = await timeOf(client)
      const answer = await askOne(client, ['zrangebyscore', keyOf(session), `(${now}`, '+inf', 'WITHSCORES'])
      const flat = answer as string[]
      return Array.from({ length: flat.length / 2 }, (_, at) => ({
        topic: flat[2 * at] ?? '',
        leftMs: Number(flat[2 * at + 1]) - now,
      }))
    },
    async all() {
      return ((await askOne(await clientOf(queue), ['zrange', all, 0, -1])) as string[]).map(partsOf)
    },
  }
}

const nameOf = (session: string, topic: string) => `${session} ${topic}`

function partsOf(name: string) {
  const end = name.indexOf(' ')
  return { session: name.slice(0, end), topic: name.slice(end + 1) }
}
