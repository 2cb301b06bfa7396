import type { Queue } from 'bullmq'
import { bounds } from './facts-bounds.ts'
import { askEach, scored, type RedisClient } from './redis-commands.ts'
import { readLengths } from './redis-lengths.ts'
import type { Unread } from './unread.ts'

/** In a score of `delayed` the low 12 bits order the jobs of one millisecond (BullMQ's getDelayedScore). */
const DELAY_STEP = 0x1000

/** Older versions of BullMQ put such entries into the list of waiting jobs, only to wake workers. */
const isJob = (id: unknown): id is string => typeof id === 'string' && !id.startsWith('0:')

export type Ends = Awaited<ReturnType<typeof readEnds>>

/**
 * The first and last of every state, the counters and what is set for the queue: commands that cost the same for ten jobs as for
 * a million.
 *
 * @param without the id of a job that is no work
 */
export async function readEnds(queue: Queue, client: RedisClient, without: string | undefined, unread: Unread) {
  const key = (type: string) => queue.toKey(type)
  const { nextPrioritized, lastPrioritized } = bounds
  const [lengths, answers] = await Promise.all([
    readLengths(queue),
    askEach(client, [
      ['lindex', key('wait'), 0],
      ['zrange', key('prioritized'), 0, nextPrioritized - 1],
      ['zrange', key('prioritized'), -lastPrioritized, -1],
      ['zrange', key('delayed'), 0, bounds.delayed - 1, 'WITHSCORES'],
      ['lrange', key('active'), -bounds.active, -1],
      ['lindex', key('active'), 0],
      ['zrange', key('failed'), 0, 0, 'WITHSCORES'],
      ['zrange', key('failed'), -1, -1, 'WITHSCORES'],
      ['zrange', key('completed'), -1, -1, 'WITHSCORES'],
      ['hget', key('metrics:completed'), 'count'],
      ['hget', key('metrics:failed'), 'count'],
      ['zcard', key('repeat')],
      ['zrange', key('repeat'), 0, 0, 'WITHSCORES'],
      ['get', key('limiter')],
      ['pttl', key('limiter')],
      ['zrange', key('waiting-children'), 0, bounds.parents - 1],
    ]),
  ])
  const [newest, first, last, delayed, active, taken, oldFailed, newFailed, newCompleted] = answers
  const [completed, failed, schedulerCount, firstScheduler, limiter, limiterTtl, parents] = answers.slice(9)
  const isWork = (id: unknown): id is string => isJob(id) && id !== without
  const [firstDelayed = null, ...others] = pairs(unread.take<string[]>(delayed, 'delayed') ?? [])
  const next = unread.take<string[]>(lengths.next, 'line', 'movement') ?? []
  const ends = [first, last].flatMap((answer) => unread.take<string[]>(answer, 'line') ?? [])
  const lastWaiting = unread.take<string | null>(newest, 'line')
  const totals = [completed, failed].map((answer) => unread.take<string | null>(answer, 'totals') ?? null)
  return {
    next: next.findLast(isWork) ?? null,
    waiting: [...new Set([next.findLast(isWork), lastWaiting, ...ends].filter(isWork))],
    firstDelayedAt: firstDelayed && Math.floor(Number(firstDelayed[1]) / DELAY_STEP),
    delayed: firstDelayed ? [firstDelayed, ...others].map(([id]) => id) : [],
    parents: unread.take<string[]>(parents, 'flows') ?? [],
    active: (unread.take<string[]>(active, 'active', 'movement') ?? []).filter(isJob).toReversed(),
    lastTaken: unread.take<string | null>(taken, 'active', 'movement'),
    oldestFailed: scored(unread.take(oldFailed, 'deadLetters')),
    newestFailed: scored(unread.take(newFailed, 'deadLetters')),
    newestCompleted: scored(unread.take(newCompleted, 'done')),
    totals: totals.every((total) => total === null)
      ? null
      : { completed: Number(totals[0]), failed: Number(totals[1]) },
    schedulerCount: unread.number(schedulerCount, 'schedulers') ?? 0,
    firstScheduler: scored(unread.take(firstScheduler, 'schedulers')),
    ...settingsOf(lengths, unread),
    ...passageOf(lengths, without, unread),
    limiter: {
      count: unread.number(limiter, 'holds') ?? 0,
      endsInMs: unread.number(limiterTtl, 'holds') ?? 0,
    },
  }
}

type Lengths = Awaited<ReturnType<typeof readLengths>>

function settingsOf({ meta }: Lengths, unread: Unread) {
  const [paused, concurrency, max] = unread.take<(string | null)[]>(meta, 'holds') ?? []
  return {
    paused: typeof paused === 'string',
    concurrency: typeof concurrency === 'string' ? Number(concurrency) : null,
    rateMax: typeof max === 'string' ? Number(max) : null,
  }
}

/** How many jobs have left the line for good or for an attempt, which adding one does not change, and how many are nowhere. */
function passageOf(lengths: Lengths, without: string | undefined, unread: Unread) {
  const { waiting, aside, active, added, sets } = lengths
  const inLine = [waiting, aside, sets.prioritized, sets.delayed, sets['waiting-children']]
  const sumOf = (answers: unknown[]) =>
    answers.reduce<number>((sum, answer) => sum + (unread.number(answer, 'movement') ?? 0), 0)
  const leftTheLine = Number(unread.take(added, 'movement') ?? 0) - sumOf(inLine)
  const finished = [active, sets.completed, sets.failed].map((answer) => unread.number(answer, 'done'))
  const isKnown = without === undefined && finished.every((count) => count !== null) && !unread.parts.movement
  return { leftTheLine, vanished: isKnown ? finished.reduce((rest, count) => rest - (count ?? 0), leftTheLine) : null }
}

/** Members of a sorted set with their scores. */
const pairs = (answer: string[]): [id: string, score: string][] =>
  Array.from({ length: answer.length / 2 }, (_, at) => [answer[2 * at] ?? '', answer[2 * at + 1] ?? ''])
