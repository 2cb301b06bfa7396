import type { Queue } from 'bullmq'
import { askEach, clientOf, NEXT_ENTRIES, type Command } from './redis-commands.ts'

/** What has to be known of a queue both for counting its jobs and for its facts; `Refused` in the place of what is refused. */
export interface Lengths {
  /** Fields of `meta`: paused, concurrency, max. */
  meta: unknown
  waiting: unknown
  /** Versions of BullMQ before 6 keep the waiting jobs of a paused queue there. */
  aside: unknown
  /** The ids whose turn comes next, the first of them last. */
  next: unknown
  active: unknown
  /** How many jobs were ever added. */
  added: unknown
  sets: Record<(typeof sets)[number], unknown>
}

const sets = ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const

const underWay = new WeakMap<Queue, Promise<Lengths>>()

/** Reads the lengths once for all who ask while they are being read: the counts and the facts of the same look. */
export function readLengths(queue: Queue): Promise<Lengths> {
  const reading = underWay.get(queue) ?? read(queue).finally(() => underWay.delete(queue))
  underWay.set(queue, reading)
  return reading
}

async function read(queue: Queue): Promise<Lengths> {
  const key = (type: string) => queue.toKey(type)
  const [meta, waiting, aside, next, active, added, ...others] = await askEach(await clientOf(queue), [
    ['hmget', key('meta'), 'paused', 'concurrency', 'max'],
    ['llen', key('wait')],
    ['llen', key('paused')],
    ['lrange', key('wait'), -NEXT_ENTRIES, -1],
    ['llen', key('active')],
    ['get', key('id')],
    ...sets.map((state): Command => ['zcard', key(state)]),
  ])
  const lengths = Object.fromEntries(sets.map((state, at) => [state, others[at]])) as Lengths['sets']
  return { meta, waiting, aside, next, active, added, sets: lengths }
}
