import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import { countsOf, type QueueCounts } from './facts-reader.ts'
import { ask, clientOf, Refused } from './redis-commands.ts'
import { readLengths } from './redis-lengths.ts'
import { UnreadableQueue } from './unreadable-queue.ts'

/**
 * Counts by plain commands: BullMQ's own script takes entries of its older versions out of the list while it counts. Throws {@link UnreadableQueue} when
 * a key of the queue is of another type than BullMQ's, or may not be read: a count that lacks a part is none.
 */
export async function readRedisCounts(queue: Queue, without = ''): Promise<QueueCounts> {
  const [{ meta, waiting, aside, next, active, sets }, [left]] = await Promise.all([
    readLengths(queue),
    leftOut(queue, without),
  ])
  const refused = [meta, waiting, aside, next, active, ...Object.values(sets)].find(
    (answer): answer is Refused => answer instanceof Refused,
  )
  if (refused) throw new UnreadableQueue(queue.name, refused.why)
  const ends = next as string[]
  const marker = ends.at(-1)?.startsWith('0:') ? 1 : 0
  const state = stateOf((left ?? []) as (string | null)[], ends.includes(without))
  const lengths: Record<string, unknown> = { ...sets, active, waiting: Number(waiting) + Number(aside) - marker }
  const counts = countsOf((of: JobState) => Number(lengths[of]) - (of === state ? 1 : 0))
  return { counts, paused: (meta as (string | null)[])[0] !== null }
}

const leftOut = async (queue: Queue, id: string) =>
  id === ''
    ? []
    : ask(await clientOf(queue), [['hmget', queue.toKey(id), 'timestamp', 'processedOn', 'finishedOn', 'failedReason']])

/** A job that never is delayed waits or is active; it is over only when other hands have kept it from going away. */
export function stateOf(fields: (string | null)[], isNext: boolean): JobState | null {
  const [timestamp, processedOn, finishedOn, failedReason] = fields
  if (!timestamp) return null
  if (finishedOn) return failedReason ? 'failed' : 'completed'
  return isNext || !processedOn ? 'waiting' : 'active'
}
