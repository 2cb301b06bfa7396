import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import { countsOf, type QueueCounts } from './facts-reader.ts'
import { ask, clientOf, type Command } from './redis-commands.ts'

const sets: JobState[] = ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed']

/**
 * Counts by plain commands: BullMQ's own script takes entries of its older versions out of the list while it counts. Those
 * versions also keep the waiting jobs of a paused queue in a list of their own.
 */
export async function readRedisCounts(queue: Queue): Promise<QueueCounts> {
  const key = (type: string) => queue.toKey(type)
  const [paused, waiting, aside, end, active, ...others] = await ask(await clientOf(queue), [
    ['hexists', key('meta'), 'paused'],
    ['llen', key('wait')],
    ['llen', key('paused')],
    ['lindex', key('wait'), -1],
    ['llen', key('active')],
    ...sets.map((state): Command => ['zcard', key(state)]),
  ])
  const marker = typeof end === 'string' && end.startsWith('0:') ? 1 : 0
  const counts = countsOf((state) => {
    if (state === 'waiting') return Number(waiting) + Number(aside) - marker
    return Number(state === 'active' ? active : others[sets.indexOf(state)])
  })
  return { counts, paused: paused === 1 }
}
