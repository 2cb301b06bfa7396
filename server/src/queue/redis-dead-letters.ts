import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import {
  LIST_KEPT_MS,
  MAX_DEAD_LETTERS,
  PREVIEWS,
  STEP,
  type DeadBeginning,
  type DeadJob,
  type DeadLetterStore,
  type Death,
  type Tally,
} from './dead-letter-store.ts'
import { ask, askOne, clientOf, type Command, type RedisClient } from './redis-commands.ts'
import { deadLetterScripts } from './redis-dead-letter-scripts.ts'

/**
 * Dead letters on Redis. Lists of operations are sorted sets beside the queue's own keys, under its prefix and name like the
 * notes.
 */
export function redisDeadLetters(queue: Queue): DeadLetterStore {
  const key = (type: string) => queue.toKey(type)
  const listOf = (operation: string) => key(`queue-ops:operation:${operation}`)
  const keysOf = (operation: string) => [listOf(operation), `${listOf(operation)}:tally`]
  const previewKeysOf = (operation: string) => [...keysOf(operation), key('queue-ops:previews')]
  const run = async (name: keyof typeof deadLetterScripts, args: (string | number)[]): Promise<unknown> =>
    (await withScripts(await clientOf(queue))).runCommand(name, args)

  const handle = async (name: Handling, operation: string, limit: number) => {
    const from = name === 'queueOpsPromote' ? 'delayed' : 'failed'
    const keys = [from, 'wait', 'prioritized', 'marker', 'meta', 'active', 'events', 'pc', 'paused', 'repeat']
    const most = Math.min(limit, STEP)
    const answer = await run(name, [...keysOf(operation), ...keys.map(key), key(''), most, LIST_KEPT_MS])
    if (answer === OLDER_PAUSE) throw new OpsError('invalid_input', OLDER_PAUSE_TOLD)
    return tallyIn(answer)
  }

  const scoresOf = async (type: 'failed' | 'delayed', jobIds: readonly string[]): Promise<Death[]> => {
    const scores = (await askOne(await clientOf(queue), ['zmscore', key(type), ...jobIds])) as (string | null)[]
    return jobIds.flatMap((jobId, at) => {
      const score = scores[at] ?? null
      return score === null ? [] : [{ jobId, failedAt: Number(score) }]
    })
  }
  const putDown = async (operation: string, deaths: readonly Death[]) => {
    const pairs = deaths.flatMap(({ jobId, failedAt }) => [failedAt, jobId])
    if (pairs.length > 0) await run('queueOpsChoose', [...previewKeysOf(operation), ...previewOf(operation), ...pairs])
  }

  return {
    async newest() {
      const command: Command = ['zrevrange', key('failed'), 0, MAX_DEAD_LETTERS - 1, 'WITHSCORES']
      return deathsIn(await askOne(await clientOf(queue), command))
    },
    async page({ from, skip, to }, limit) {
      const ends = [from, to].map(endOf)
      const command: Command = ['zrangebyscore', key('failed'), ...ends, 'WITHSCORES', 'LIMIT', skip, limit]
      return deathsIn(await askOne(await clientOf(queue), command))
    },
    count: async () => Number(await askOne(await clientOf(queue), ['zcard', key('failed')])),
    async countIn(spans) {
      const commands = spans.map(({ from, to }): Command => ['zcount', key('failed'), endOf(from), endOf(to)])
      return (await ask(await clientOf(queue), [...commands, ['zcard', key('failed')]])).map(Number)
    },
    find: (jobIds) => scoresOf('failed', jobIds),
    async read(deaths) {
      const commands = deaths.map(({ jobId }): Command => ['hmget', key(jobId), 'name', 'failedReason'])
      const answers = await ask(await clientOf(queue), commands)
      return deaths.map((death, at) => readJob(death, answers[at] as (string | null)[]))
    },
    async readBeginnings(deaths, length) {
      const ids = deaths.map(({ jobId }) => jobId)
      const answer = await run('queueOpsBeginnings', [key('failed'), key(''), length, STEP_BYTES, ...ids])
      return beginningsIn(answer as (string | number | null)[], deaths)
    },
    async tally(operation) {
      const answer = await run('queueOpsTallyOf', keysOf(operation))
      return answer === null ? null : tallyIn(answer)
    },
    async chooseAll(operation, limit) {
      await run('queueOpsChooseAll', [...previewKeysOf(operation), key('failed'), ...previewOf(operation), limit])
    },
    choose: putDown,
    async chooseDelayed(operation, which) {
      if ('ids' in which) return putDown(operation, await scoresOf('delayed', which.ids))
      await run('queueOpsChooseAll', [
        ...previewKeysOf(operation),
        key('delayed'),
        ...previewOf(operation),
        which.limit,
      ])
    },
    async look(operation, sample) {
      const list = listOf(operation)
      const [count, oldest, newest] = await ask(await clientOf(queue), [
        ['zcard', list],
        ['zrange', list, 0, sample - 1, 'WITHSCORES'],
        ['zrange', list, -1, -1, 'WITHSCORES'],
      ])
      return { count: Number(count), oldest: deathsIn(oldest), newest: deathsIn(newest)[0] ?? null }
    },
    // All keys expire.
    forgetOld: () => Promise.resolve(),
    async keep(operation) {
      const answer = await run('queueOpsKeep', [...previewKeysOf(operation), operation, LIST_KEPT_MS])
      return answer === null ? null : tallyIn(answer)
    },
    retryNext: (operation, limit) => handle('queueOpsRetry', operation, limit),
    discardNext: (operation, limit) => handle('queueOpsDiscard', operation, limit),
    promoteNext: (operation, limit) => handle('queueOpsPromote', operation, limit),
  }
}

/** Redis answers nobody else while it reads for one step. */
const STEP_BYTES = 2_000_000

/** Name, reason and its length of one after the other. */
function beginningsIn(answer: (string | number | null)[], deaths: readonly Death[]): (DeadBeginning | null)[] {
  return deaths.slice(0, answer.length / 3).map((death, at) => {
    const [name, reason, bytes] = answer.slice(3 * at, 3 * at + 3)
    if (typeof name !== 'string' || typeof reason !== 'string') return null
    return { ...death, name, reason, reasonLength: Number(bytes) < 0 ? reason.length : Number(bytes) }
  })
}

type Handling = 'queueOpsRetry' | 'queueOpsDiscard' | 'queueOpsPromote'

/** What the scripts answer instead of a tally. */
const OLDER_PAUSE = 'older pause'
const OLDER_PAUSE_TOLD =
  'The queue is paused by a BullMQ older than 6, whose resume would lose what is put back meanwhile: resume it first.'

const previewOf = (operation: string) => [operation, PREVIEWS.keptMs, PREVIEWS.lists, PREVIEWS.deaths]

const endOf = (time: number) => (Number.isFinite(time) ? time : time < 0 ? '-inf' : '+inf')

/** Members and their scores in turns. */
function deathsIn(answer: unknown): Death[] {
  const flat = answer as string[]
  return Array.from({ length: flat.length / 2 }, (_, at) => ({
    jobId: flat[2 * at] ?? '',
    failedAt: Number(flat[2 * at + 1]),
  }))
}

function readJob({ jobId, failedAt }: Death, [name, reason]: (string | null)[]): DeadJob | null {
  return name === null || name === undefined ? null : { jobId, failedAt, name, reason: reason ?? '' }
}

function tallyIn(answer: unknown): Tally {
  const [chosen = 0, done = 0, gone = 0, kept = 0, left = 0] = (answer as (string | number)[]).map(Number)
  return { chosen, done, gone, kept, left }
}

const known = new WeakSet<RedisClient>()

function withScripts(client: RedisClient): RedisClient {
  if (!known.has(client)) {
    for (const [name, script] of Object.entries(deadLetterScripts)) client.defineCommand(name, script)
    known.add(client)
  }
  return client
}
