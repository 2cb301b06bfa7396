import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import {
  inParts,
  LIST_KEPT_MS,
  MAX_DEAD_LETTERS,
  STEP,
  type DeadJob,
  type DeadLetterStore,
  type Death,
  type Tally,
} from './dead-letter-store.ts'
import { ask, askOne, clientOf, type Command, type RedisClient } from './redis-commands.ts'
import { deadLetterScripts } from './redis-dead-letter-scripts.ts'

/** An argument of a command stays well below what Lua can unpack. */
const ADDED_AT_ONCE = 3000

/**
 * Dead letters on Redis. Lists of operations are sorted sets beside the queue's own keys, under its prefix and name like the
 * notes.
 */
export function redisDeadLetters(queue: Queue): DeadLetterStore {
  const key = (type: string) => queue.toKey(type)
  const listOf = (operation: string) => key(`queue-ops:operation:${operation}`)
  const keysOf = (operation: string) => [listOf(operation), `${listOf(operation)}:tally`]
  const run = async (name: keyof typeof deadLetterScripts, args: (string | number)[]): Promise<unknown> =>
    (await withScripts(await clientOf(queue))).runCommand(name, args)

  const handle = async (name: 'queueOpsRetry' | 'queueOpsDiscard', operation: string, limit: number) => {
    const keys = ['failed', 'wait', 'prioritized', 'marker', 'meta', 'active', 'events', 'pc', 'paused', 'repeat']
    const answer = await run(name, [...keysOf(operation), ...keys.map(key), key(''), limit, LIST_KEPT_MS])
    if (answer === OLDER_PAUSE) throw new OpsError('invalid_input', OLDER_PAUSE_TOLD)
    return tallyIn(answer)
  }

  return {
    async list(order, limit = MAX_DEAD_LETTERS, until = Infinity) {
      const ends = ['-inf', endOf(until)]
      const command: Command =
        order === 'oldest'
          ? ['zrangebyscore', key('failed'), ...ends]
          : ['zrevrangebyscore', key('failed'), ...ends.toReversed()]
      const answer = await askOne(await clientOf(queue), [
        ...command,
        'WITHSCORES',
        'LIMIT',
        0,
        Math.min(limit, MAX_DEAD_LETTERS),
      ] as Command)
      return deathsIn(answer as string[])
    },
    count: async (until = Infinity) =>
      Number(await askOne(await clientOf(queue), ['zcount', key('failed'), '-inf', endOf(until)])),
    async find(jobIds) {
      const scores = (await askOne(await clientOf(queue), ['zmscore', key('failed'), ...jobIds])) as (string | null)[]
      return jobIds.flatMap((jobId, at) => {
        const score = scores[at] ?? null
        return score === null ? [] : [{ jobId, failedAt: Number(score) }]
      })
    },
    async read(deaths) {
      const commands = deaths.map(({ jobId }): Command => ['hmget', key(jobId), 'name', 'failedReason'])
      const answers = await ask(await clientOf(queue), commands)
      return deaths.map((death, at) => readJob(death, answers[at] as (string | null)[]))
    },
    async tally(operation) {
      const answer = await run('queueOpsTallyOf', keysOf(operation))
      return answer === null ? null : tallyIn(answer)
    },
    chooseAll: async (operation, until, limit) =>
      tallyIn(await run('queueOpsChooseAll', [...keysOf(operation), key('failed'), endOf(until), limit, LIST_KEPT_MS])),
    async choose(operation, deaths) {
      await run('queueOpsForget', keysOf(operation))
      for (const part of inParts(deaths, ADDED_AT_ONCE)) {
        const pairs = part.flatMap(({ jobId, failedAt }) => [failedAt, jobId])
        await run('queueOpsChoose', [...keysOf(operation), LIST_KEPT_MS, ...pairs])
      }
      return tallyIn(await run('queueOpsChosen', [...keysOf(operation), LIST_KEPT_MS]))
    },
    retryNext: (operation, limit) => handle('queueOpsRetry', operation, Math.min(limit, STEP)),
    discardNext: (operation, limit) => handle('queueOpsDiscard', operation, Math.min(limit, STEP)),
  }
}

/** What the scripts answer instead of a tally. */
const OLDER_PAUSE = 'older pause'
const OLDER_PAUSE_TOLD =
  'The queue is paused by a BullMQ older than 6, whose resume would lose what is put back meanwhile: resume it first.'

const endOf = (until: number) => (until === Infinity ? '+inf' : until)

const deathsIn = (flat: string[]): Death[] =>
  Array.from({ length: flat.length / 2 }, (_, at) => ({
    jobId: flat[2 * at] ?? '',
    failedAt: Number(flat[2 * at + 1]),
  }))

function readJob({ jobId, failedAt }: Death, [name, reason]: (string | null)[]): DeadJob | null {
  return name === null || name === undefined ? null : { jobId, failedAt, name, reason: reason ?? '' }
}

function tallyIn(answer: unknown): Tally {
  const [chosen = 0, done = 0, gone = 0, left = 0] = (answer as (string | number)[]).map(Number)
  return { chosen, done, gone, left }
}

const known = new WeakSet<RedisClient>()

function withScripts(client: RedisClient): RedisClient {
  if (!known.has(client)) {
    for (const [name, script] of Object.entries(deadLetterScripts)) client.defineCommand(name, script)
    known.add(client)
  }
  return client
}
