import type { Queue } from 'bullmq'
import { bounds } from './facts-bounds.ts'
import type { StrandedParent } from './queue-facts.ts'
import { askEach, type Command, type RedisClient } from './redis-commands.ts'
import type { Unread } from './unread.ts'

/** The pending children of a job, some of them when they are many. */
export const childrenCommand = (parentKey: string): Command => [
  'srandmember',
  `${parentKey}:dependencies`,
  bounds.childrenOfParent,
]

/**
 * The first of some parents whose pending children have all failed for good: then nobody ends its waiting. Asks nothing when there
 * are none. Children under another prefix are left out, since a cluster may keep them elsewhere.
 *
 * @param children of each parent the keys of its pending ones
 */
export async function findStranded(
  queue: Queue,
  client: RedisClient,
  parents: readonly string[],
  children: readonly string[][],
  unread: Unread,
): Promise<StrandedParent | null> {
  const prefix = queue.toKey('').slice(0, -`${queue.name}:`.length)
  const own = children.map((keys) => keys.filter((key) => key.startsWith(prefix)))
  if (own.every((keys) => keys.length === 0)) return null
  const answers = await askEach(
    client,
    own.flat().map((key): Command => ['hmget', key, 'finishedOn', 'failedReason']),
  )
  const dead = new Set(own.flat().filter((_, at) => hasFailed(unread.take(answers[at], 'flows'))))
  const at = own.findIndex((keys, parent) => keys.length > 0 && children[parent]?.every((key) => dead.has(key)))
  const [child] = own[at] ?? []
  return child === undefined ? null : { id: parents[at] ?? '', child: child.slice(child.lastIndexOf(':') + 1) }
}

/** One that is tried again has neither any more. */
const hasFailed = (fields: (string | null)[] | null) => Boolean(fields?.[0] && fields[1] !== null)
