import type { Queue } from 'bullmq'
import { bounds, shortProgress } from './facts-bounds.ts'
import type { ActiveJob, QueueFacts, WaitingJob } from './queue-facts.ts'
import { ask, clientOf, NEXT_ENTRIES, scored, timeOf, type Command, type RedisClient } from './redis-commands.ts'
import { findEvents, type FoundEvents } from './redis-events.ts'
import { inLineCommand, readInLine, readyAt, type InLine } from './redis-waiting.ts'

/** In a score of `delayed` the low 12 bits order the jobs of one millisecond (BullMQ's getDelayedScore). */
const DELAY_STEP = 0x1000

/** Older versions of BullMQ put such entries into the list of waiting jobs, only to wake workers. */
const isJob = (id: unknown): id is string => typeof id === 'string' && !id.startsWith('0:')

/**
 * Reads what Redis knows of one queue in two or three round trips, whose number of commands depends only on how many of at
 * most 100 active jobs there are. Never reads what jobs carry or return, and changes nothing.
 */
export async function readRedisFacts(queue: Queue, without?: string): Promise<QueueFacts> {
  const client = await clientOf(queue)
  const [now, ends] = await Promise.all([timeOf(client), readEnds(queue, client, without)])
  const { active, line, failedLately } = await readJobs(queue, client, ends, now)
  const jobIds = line.filter((job) => job.hasPast).map((job) => job.id)
  const events = await findEvents(client, queue.toKey('events'), { paused: ends.paused, jobIds })
  return {
    oldestWaiting: oldestOf(line, events),
    nextDelayedAt: ends.firstDelayed && Math.floor(ends.firstDelayed.score / DELAY_STEP),
    active: active.filter(({ id }) => id !== without),
    deadLetters: {
      oldestAt: ends.oldestFailed?.score ?? null,
      newestAt: ends.newestFailed?.score ?? null,
      inFiveMinutes: Math.min(failedLately, bounds.failedLately),
    },
    totals: ends.totals,
    schedulers: {
      count: ends.schedulerCount,
      first: ends.firstScheduler && { id: ends.firstScheduler.member, nextRunAt: ends.firstScheduler.score },
    },
    pausedAt: ends.paused ? events.pausedAt : null,
    movement: movementOf(ends, active, line),
  }
}

type Ends = Awaited<ReturnType<typeof readEnds>>

/** The first and last of every state, and the counters: commands that cost the same for ten jobs as for a million. */
async function readEnds(queue: Queue, client: RedisClient, without: string | undefined) {
  const key = (type: string) => queue.toKey(type)
  const answers = await ask(client, [
    ['lrange', key('wait'), -NEXT_ENTRIES, -1],
    ['lindex', key('wait'), 0],
    ['zrange', key('prioritized'), 0, 0],
    ['zrange', key('delayed'), 0, 0, 'WITHSCORES'],
    ['lrange', key('active'), -bounds.active, -1],
    ['lindex', key('active'), 0],
    ['zrange', key('failed'), 0, 0, 'WITHSCORES'],
    ['zrange', key('failed'), -1, -1, 'WITHSCORES'],
    ['zrange', key('completed'), -1, -1, 'WITHSCORES'],
    ['hget', key('metrics:completed'), 'count'],
    ['hget', key('metrics:failed'), 'count'],
    ['zcard', key('repeat')],
    ['zrange', key('repeat'), 0, 0, 'WITHSCORES'],
    ['hexists', key('meta'), 'paused'],
    ['get', key('id')],
    ['llen', key('wait')],
    ['llen', key('paused')],
    ['zcard', key('prioritized')],
    ['zcard', key('delayed')],
    ['zcard', key('waiting-children')],
  ])
  const [next, newest, prioritized, delayed, active, taken, oldFailed, newFailed, newCompleted] = answers
  const isWork = (id: unknown): id is string => isJob(id) && id !== without
  const [completed, failed, schedulerCount, firstScheduler, paused, added, ...notTaken] = answers.slice(9)
  return {
    next: (next as string[]).findLast(isWork) ?? null,
    newest: isWork(newest) ? newest : null,
    firstPrioritized: (prioritized as string[])[0] ?? null,
    firstDelayed: scored(delayed),
    active: (active as string[]).filter(isJob).toReversed(),
    lastTaken: taken as string | null,
    oldestFailed: scored(oldFailed),
    newestFailed: scored(newFailed),
    newestCompleted: scored(newCompleted),
    totals: completed === null && failed === null ? null : { completed: Number(completed), failed: Number(failed) },
    schedulerCount: Number(schedulerCount),
    firstScheduler: scored(firstScheduler),
    paused: paused === 1,
    /** How many jobs have left the line for good or for an attempt: adding one changes neither side of it. */
    leftTheLine: Number(added) - notTaken.reduce<number>((sum, count) => sum + Number(count), 0),
  }
}

async function readJobs(queue: Queue, client: RedisClient, ends: Ends, now: number) {
  const waiting = [...new Set([ends.next, ends.newest, ends.firstPrioritized].filter(isJob))]
  const answers = await ask(client, [
    ['zcount', queue.toKey('failed'), now - bounds.latelyMs, '+inf'],
    ...waiting.map((id) => inLineCommand(queue.toKey(id))),
    ...ends.active.flatMap((id) => activeCommands(queue.toKey(id))),
  ])
  const [failedLately, ...rest] = answers
  const line = waiting.flatMap((id, at) => readInLine(id, rest[at], now) ?? [])
  const ofActive = rest.slice(waiting.length)
  const active = ends.active.flatMap((id, at) => readActive(id, ofActive[2 * at], ofActive[2 * at + 1]) ?? [])
  return { failedLately: Number(failedLately), line, active }
}

const activeCommands = (jobKey: string): Command[] => [
  ['hmget', jobKey, 'name', 'processedOn', 'stc', 'ats', 'progress'],
  ['exists', `${jobKey}:lock`],
]

function readActive(id: string, fields: unknown, locked: unknown): ActiveJob | null {
  const [name, processedOn, stalled, started, progress] = fields as (string | null)[]
  if (name === null || name === undefined) return null
  return {
    id,
    name,
    startedAt: processedOn ? Number(processedOn) : null,
    locked: locked === 1,
    stalledCount: Number(stalled ?? 0),
    attemptsStarted: Number(started ?? 0),
    progress: shortProgress(progress ?? '0'),
  }
}

function oldestOf(line: InLine[], events: FoundEvents): WaitingJob | null {
  const known = line.map((job) => ({ id: job.id, readyAt: readyAt(job, events) }))
  return known.toSorted((a, b) => a.readyAt - b.readyAt)[0] ?? null
}

/**
 * Whatever changes when a job is taken or finished, also one that leaves no trace of itself. Of the line it is the job whose
 * turn is next, which no other one passes; where one may be passed, by a later one or one of a higher priority, it is how many
 * have left the line.
 */
function movementOf(ends: Ends, active: ActiveJob[], line: InLine[]): string {
  const next = line.find(({ id }) => id === ends.next)
  return JSON.stringify([
    active.map(({ id, attemptsStarted }) => [id, attemptsStarted]),
    ends.lastTaken,
    ends.newestCompleted,
    ends.newestFailed,
    ends.totals,
    next && !next.lifo ? next.id : ends.leftTheLine,
  ])
}
