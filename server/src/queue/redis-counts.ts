import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import { countsOf, type QueueCounts } from './facts-reader.ts'
import { ask, clientOf, NEXT_ENTRIES, type Command } from './redis-commands.ts'

const sets: JobState[] = ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed']

/**
 * Counts by plain commands: BullMQ's own script takes entries of its older versions out of the list while it counts. Those
 * versions also keep the waiting jobs of a paused queue in a list of their own.
 */
export async function readRedisCounts(queue: Queue, without = ''): Promise<QueueCounts> {
  const key = (type: string) => queue.toKey(type)
  const [paused, waiting, aside, next, active, left, ...others] = await ask(await clientOf(queue), [
    ['hexists', key('meta'), 'paused'],
    ['llen', key('wait')],
    ['llen', key('paused')],
    ['lrange', key('wait'), -NEXT_ENTRIES, -1],
    ['llen', key('active')],
    ['hmget', key(without), 'timestamp', 'processedOn', 'finishedOn', 'failedReason'],
    ...sets.map((state): Command => ['zcard', key(state)]),
  ])
  const ends = next as string[]
  const marker = ends.at(-1)?.startsWith('0:') ? 1 : 0
  const leftOut = stateOf(left as (string | null)[], ends.includes(without))
  const counts = countsOf((state) => {
    const minus = state === leftOut ? 1 : 0
    if (state === 'waiting') return Number(waiting) + Number(aside) - marker - minus
    return Number(state === 'active' ? active : others[sets.indexOf(state)]) - minus
  })
  return { counts, paused: paused === 1 }
}

/** A job that never is delayed waits or is active; it is over only when other hands have kept it from going away. */
function stateOf(fields: (string | null)[], isNext: boolean): JobState | null {
  const [timestamp, processedOn, finishedOn, failedReason] = fields
  if (!timestamp) return null
  if (finishedOn) return failedReason ? 'failed' : 'completed'
  return isNext || !processedOn ? 'waiting' : 'active'
}
