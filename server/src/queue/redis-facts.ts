import type { Queue } from 'bullmq'
import { bounds, shortProgress } from './facts-bounds.ts'
import type { ActiveJob, Holds, QueueFacts, RetriedJob, WaitingJob } from './queue-facts.ts'
import { askEach, clientOf, timeOf, type Command, type RedisClient } from './redis-commands.ts'
import { readEnds, type Ends } from './redis-ends.ts'
import { findEvents, type FoundEvents } from './redis-events.ts'
import { childrenCommand, findStranded } from './redis-flows.ts'
import { inLineCommand, readInLine, readyAt, type InLine } from './redis-waiting.ts'
import { Unread } from './unread.ts'

/**
 * Reads what Redis knows of one queue in two or three round trips, whose number of commands depends only on how many of at most
 * 100 active jobs, 10 delayed ones, 12 at the ends of the line and 3 parents with their children there are. Never reads what jobs carry or return, and changes
 * nothing. What is refused by itself is `unread`.
 */
export async function readRedisFacts(queue: Queue, without?: string): Promise<QueueFacts> {
  const client = await clientOf(queue)
  const unread = new Unread()
  const [now, ends] = await Promise.all([timeOf(client), readEnds(queue, client, without, unread)])
  const { active, line, retried, failedLately, children } = await readJobs(queue, client, ends, now, unread)
  const jobIds = line.filter((job) => job.hasPast).map((job) => job.id)
  const [events, stranded] = await Promise.all([
    findEvents(client, queue.toKey('events'), { paused: ends.paused, jobIds }),
    findStranded(queue, client, ends.parents, children, unread),
  ])
  return {
    unread: unread.parts,
    oldestWaiting: oldestOf(line, events),
    nextDelayedAt: ends.firstDelayedAt,
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
    holds: holdsOf(ends, now),
    retried,
    stranded,
    done: { newest: ends.newestCompleted && JSON.stringify(ends.newestCompleted), vanished: ends.vanished },
    movement: movementOf(ends, active, line),
  }
}

async function readJobs(queue: Queue, client: RedisClient, ends: Ends, now: number, unread: Unread) {
  const { waiting, delayed, parents } = ends
  const answers = await askEach(client, [
    ['zcount', queue.toKey('failed'), now - bounds.latelyMs, '+inf'],
    ...parents.map((id) => childrenCommand(queue.toKey(id))),
    ...waiting.map((id) => inLineCommand(queue.toKey(id))),
    ...delayed.map((id) => triesCommand(queue.toKey(id))),
    ...ends.active.flatMap((id) => activeCommands(queue.toKey(id))),
  ])
  const [failedLately, ...others] = answers
  const children = parents.map((_, at) => unread.take<string[]>(others[at], 'flows') ?? [])
  const rest = others.slice(parents.length)
  const ofLine = waiting.map((id, at) => readInLine(id, unread.take(rest[at], 'line'), now))
  const line = ofLine.filter((job) => job !== null)
  const ofDelayed = rest.slice(waiting.length)
  const ofActive = ofDelayed.slice(delayed.length)
  const active = ends.active.flatMap((id, at) => {
    const fields = unread.take<(string | null)[]>(ofActive[2 * at], 'active')
    return readActive(id, fields, unread.take(ofActive[2 * at + 1], 'active')) ?? []
  })
  const tries = [
    ...line.map(({ id, failed, takenAt }) => ({ id, failed, takenAt, isActive: false })),
    ...delayed.map((id, at) => readTries(id, unread.take(ofDelayed[at], 'delayed'))),
    ...active.map(({ id, attemptsFailed: failed, startedAt: takenAt }) => ({ id, failed, takenAt, isActive: true })),
  ]
  const retried = tries.filter(({ failed }) => failed > 0)
  return { failedLately: unread.number(failedLately, 'deadLetters') ?? 0, line, retried, active, children }
}

const triesCommand = (jobKey: string): Command => ['hmget', jobKey, 'atm', 'processedOn']

function readTries(id: string, fields: (string | null)[] | null): RetriedJob {
  const [failed, takenAt] = fields ?? []
  return { id, failed: Number(failed ?? 0), takenAt: takenAt ? Number(takenAt) : null, isActive: false }
}

const activeCommands = (jobKey: string): Command[] => [
  ['hmget', jobKey, 'name', 'processedOn', 'stc', 'ats', 'progress', 'atm'],
  ['exists', `${jobKey}:lock`],
]

function readActive(id: string, fields: (string | null)[] | null, locked: unknown): ActiveJob | null {
  const [name, processedOn, stalled, started, progress, failed] = fields ?? []
  if (name === null || name === undefined) return null
  return {
    id,
    name,
    startedAt: processedOn ? Number(processedOn) : null,
    locked: locked === 1,
    stalledCount: Number(stalled ?? 0),
    attemptsStarted: Number(started ?? 0),
    attemptsFailed: Number(failed ?? 0),
    progress: shortProgress(progress ?? '0'),
  }
}

function oldestOf(line: InLine[], events: FoundEvents): WaitingJob | null {
  const known = line.map((job) => ({ id: job.id, readyAt: readyAt(job, events) }))
  return known.toSorted((a, b) => a.readyAt - b.readyAt)[0] ?? null
}

/** A limit that a worker has as its option is known by its counter alone, which is only there while it counts. */
function holdsOf({ concurrency, rateMax, limiter }: Ends, now: number): Holds {
  const isLimited = limiter.endsInMs > 0 && limiter.count >= (rateMax ?? 1)
  return {
    concurrency,
    limitedUntil: isLimited ? now + limiter.endsInMs : null,
  }
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
