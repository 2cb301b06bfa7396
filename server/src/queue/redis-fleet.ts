import { createHash } from 'node:crypto'
import type { Queue } from 'bullmq'
import { JobState } from '../contract.ts'
import { readClients } from './consumers.ts'
import { bounds } from './facts-bounds.ts'
import { countsOf, type FleetQueues } from './facts-reader.ts'
import type { FleetReading, QueueReading } from './fleet-reading.ts'
import { clientOf, NEXT_ENTRIES, refusalOf, scored, type Command, type RedisClient } from './redis-commands.ts'
import { readRedisCounts, stateOf } from './redis-counts.ts'
import { findEvents, type FoundEvents } from './redis-events.ts'
import { READ_QUEUE } from './redis-fleet-script.ts'
import { readInLine, readyAt, type InLine } from './redis-waiting.ts'

const DIGEST = createHash('sha1').update(READ_QUEUE).digest('hex')

/**
 * Reads all queues in one pipeline, each by a script as it is at one moment, beside one listing of clients. A second pipeline asks
 * only for jobs that were taken before and are back in line, whose time of return the events alone know.
 *
 * @param queues on the connection of the first
 * @param without the id of a job that is no work
 */
export async function readRedisFleet(queues: FleetQueues, without: string): Promise<FleetReading> {
  const [first] = queues
  const client = await clientOf(first)
  const [[time, ...answers], clients] = await Promise.all([
    readQueues(client, queues, without),
    readClients(first).catch(unlessTold),
  ])
  const now = Number((time as string[])[0]) * 1000 + Math.floor(Number((time as string[])[1]) / 1000)
  const readings = await Promise.all(
    queues.map(async (queue, at): Promise<readonly [string, QueueReading | Error]> => {
      const answer = answers[at]
      if (refusalOf(answer) === 'NOPERM') return [queue.name, await countedOnly(queue, without)]
      return [queue.name, await reading(client, queue, answer, without, now)]
    }),
  )
  return { at: new Date(now), queues: new Map(readings), clients }
}

/** A host that keeps who is connected for itself answers `unsupported`; what fails otherwise is not known now. */
function unlessTold(error: unknown): null {
  if (refusalOf(error) === null) throw error
  return null
}

/** The time and an answer or an error of its own for each queue. Throws when the store is gone or in trouble as a whole. */
async function readQueues(client: RedisClient, queues: readonly Queue[], without: string): Promise<unknown[]> {
  const send = (command: 'evalsha' | 'eval') => {
    const read = queues.map((queue): Command => {
      const { nextPrioritized, lastPrioritized } = bounds
      const script = command === 'eval' ? READ_QUEUE : DIGEST
      return [command, script, 1, queue.toKey('meta'), without, NEXT_ENTRIES, nextPrioritized, lastPrioritized]
    })
    return askWith(client, [['time'], ...read])
  }
  const answers = await send('evalsha')
  return answers.some((answer) => refusalOf(answer) === 'NOSCRIPT') ? send('eval') : answers
}

/** On a Cluster a pipeline has to stay within a slot, and every queue has its own. */
async function askWith(client: RedisClient, commands: Command[]): Promise<unknown[]> {
  if (!isCluster(client)) return answersOf(client, commands)
  const answers = await Promise.all(commands.map((command) => answersOf(client, [command])))
  return answers.flat()
}

const isCluster = (client: RedisClient) => 'isCluster' in client && client.isCluster === true

/** `NOPERM` and `NOSCRIPT` stand in the place of an answer; throws every other error. */
async function answersOf(client: RedisClient, commands: Command[]): Promise<unknown[]> {
  const pipeline = client.pipeline()
  for (const [name, ...args] of commands) pipeline.runCommand(name, args)
  const answers = (await pipeline.exec()) ?? []
  return answers.map(([error, value]: [Error | null, unknown]) => {
    if (error && !['NOPERM', 'NOSCRIPT'].includes(refusalOf(error) ?? '')) throw error
    return error ?? value
  })
}

/** For a user who may not run scripts. */
async function countedOnly(queue: Queue, without: string): Promise<QueueReading | Error> {
  const counted = await readRedisCounts(queue, without).catch((error: Error) => error)
  if (counted instanceof Error) return counted
  return {
    ...counted,
    oldestWaitingAt: null,
    newestDeadLetter: null,
    newestCompletedAt: null,
    minutes: null,
    movement: null,
  }
}

const numberedStates = [
  'waiting',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
  'completed',
  'failed',
] as const

async function reading(
  client: RedisClient,
  queue: Queue,
  answer: unknown,
  without: string,
  now: number,
): Promise<QueueReading | Error> {
  const [refused, paused, ...told] = answer as [string, string | null, ...unknown[]]
  if (refused !== '') return new Error(`the jobs of "${queue.name}" cannot be counted: ${refused}`)
  const [left, isNext, entries, failed, completed, taken, ...metrics] = told.slice(numberedStates.length)
  const state = stateOf((left ?? []) as (string | null)[], isNext === 1)
  const numbers = new Map<JobState, number>(numberedStates.map((name, at) => [name, Number(told[at])]))
  const line = (entries as [string, unknown][]).flatMap(([id, fields]) => readInLine(id, fields, now) ?? [])
  const [newestFailed, newestCompleted] = [scored(failed), scored(completed)]
  const minutes = minutesOf(metrics)
  return {
    counts: countsOf((of) => Math.max(0, (numbers.get(of) ?? 0) - (of === state ? 1 : 0))),
    paused: paused !== null,
    oldestWaitingAt: await oldestAt(client, queue, line, without),
    newestDeadLetter: newestFailed && { id: newestFailed.member, at: newestFailed.score },
    newestCompletedAt: newestCompleted?.score ?? null,
    minutes,
    movement: JSON.stringify([taken, newestCompleted, newestFailed, minutes && totals(minutes)]),
  }
}

const noEvents: FoundEvents = { pausedAt: null, lookedBackTo: null, waitingSince: new Map() }

async function oldestAt(client: RedisClient, queue: Queue, line: InLine[], without: string): Promise<number | null> {
  if (line.length === 0) return null
  const jobIds = line.filter(({ id, hasPast }) => hasPast && id !== without).map(({ id }) => id)
  const events =
    jobIds.length === 0 ? noEvents : await findEvents(client, queue.toKey('events'), { paused: false, jobIds })
  return Math.min(...line.map((job) => readyAt(job, events)))
}

type Minutes = NonNullable<QueueReading['minutes']>

const totals = ({ completed, failed }: Minutes) => [completed.meta.count, failed.meta.count]

function minutesOf([completed, completedData, failed, failedData]: unknown[]): Minutes | null {
  const [one, other] = [fieldsOf(completed, completedData), fieldsOf(failed, failedData)]
  return one || other ? { completed: one ?? nothingCounted, failed: other ?? nothingCounted } : null
}

const nothingCounted = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] }

function fieldsOf(fields: unknown, data: unknown) {
  const [count, prevTS, prevCount] = (fields ?? []) as (string | null)[]
  if (!count) return null
  const meta = { count: Number(count), prevTS: Number(prevTS ?? 0), prevCount: Number(prevCount ?? 0) }
  return { meta, data: ((data ?? []) as string[]).map(Number) }
}
