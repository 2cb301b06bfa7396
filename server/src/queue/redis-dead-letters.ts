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
  type Listed,
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
      return score === null ? [] : [{ jobId, failedAt: timeIn(score) }]
    })
  }
  const putDownAll = async (type: 'failed' | 'delayed', operation: string, limit: number, sample: number) => {
    const keys = [...previewKeysOf(operation), key(type)]
    return listedIn(await run('queueOpsChooseAll', [...keys, ...previewOf(operation), sample, limit]))
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
    chooseAll: (operation, limit, sample) => putDownAll('failed', operation, limit, sample),
    chooseAllDelayed: (operation, limit, sample) => putDownAll('delayed', operation, limit, sample),
    findDelayed: (jobIds) => scoresOf('delayed', jobIds),
    async choose(operation, deaths, before) {
      const pairs = deaths.flatMap(({ jobId, failedAt }) => [failedAt, jobId])
      const answer = await run('queueOpsChoose', [listOf(operation), before, PREVIEWS.makingMs, ...pairs])
      return answer === null ? null : Number(answer)
    },
    async finish(operation, count, sample) {
      const args = [...previewKeysOf(operation), ...previewOf(operation), sample, count]
      const answer = await run('queueOpsFinish', args)
      return answer === null ? null : listedIn(answer)
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

/** Scores that somebody made up may be infinite. */
const timeIn = (score = '') => (score.endsWith('inf') ? (score.startsWith('-') ? -Infinity : Infinity) : Number(score))

/** Members and their scores in turns. */
function deathsIn(answer: unknown): Death[] {
  const flat = answer as string[]
  return Array.from({ length: flat.length / 2 }, (_, at) => ({
    jobId: flat[2 * at] ?? '',
    failedAt: timeIn(flat[2 * at + 1]),
  }))
}

function listedIn(answer: unknown): Listed {
  const [count, oldest, newest] = answer as [number, string[], string[]]
  return { count: Number(count), oldest: deathsIn(oldest), newest: deathsIn(newest)[0] ?? null }
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
