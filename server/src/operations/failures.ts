import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import { inTime } from '../queue/in-time.ts'
import { askStore } from '../queue/ask-store.ts'
import type { DeadBeginning, DeadLetterStore, Death } from '../queue/dead-letter-store.ts'
import { OneAtATime } from '../queue/one-at-a-time.ts'
import type { Store } from '../queue/store.ts'
import { Turns } from '../queue/turns.ts'
import { FailureIndex } from './failure-index.ts'

/** So many queues are looked through at the same time, whoever asks for more. */
const QUEUES_AT_ONCE = 2

/** What is known of all queues together; the one that nobody has asked for the longest is forgotten first. */
const MAX_KNOWN = 2_000_000

/** The errors of one queue as they were read last. */
export interface QueueFailures {
  queue: Queue
  deadLetters: DeadLetterStore
  index: FailureIndex
  /** False: it is being read, and the index does not know all by now. */
  complete: boolean
}

/** The errors of the dead letters of any queue, read once for all who ask. */
export interface Failures {
  /**
   * Brings what is known of a queue up to date, or waits for that so long at most. Rejects with OpsError `invalid_input` on a
   * store that cannot tell, and `store_unavailable`.
   */
  look(queue: Queue, atMostMs?: number): Promise<QueueFailures>
}

interface Known {
  deadLetters: DeadLetterStore
  index: FailureIndex
  updating: OneAtATime<void>
}

export function openFailures(store: Store): Failures {
  const turns = new Turns(QUEUES_AT_ONCE)
  // In the order in which they were asked for.
  const queues = new Map<Queue, Known>()
  const know = (queue: Queue): Known => {
    const known = queues.get(queue) ?? open(store, queue, turns)
    queues.delete(queue)
    queues.set(queue, known)
    forget(queues)
    return known
  }
  return {
    async look(queue, atMostMs) {
      const { deadLetters, index, updating } = know(queue)
      const updated = updating.ask().then(() => true)
      const complete = await (atMostMs === undefined ? updated : inTime(atMostMs, updated, () => false))
      return { queue, deadLetters, index, complete }
    },
  }
}

function open(store: Store, queue: Queue, turns: Turns): Known {
  const deadLetters = store.openDeadLetters(queue)
  if (!deadLetters)
    throw new OpsError('invalid_input', 'The dead letters on PostgreSQL cannot be listed here yet: use Bull Board.')
  const index = new FailureIndex(queue, deadLetters)
  return { deadLetters, index, updating: new OneAtATime(() => turns.take(() => index.update())) }
}

function forget(queues: Map<Queue, Known>) {
  let known = [...queues.values()].reduce((sum, { index }) => sum + index.known, 0)
  for (const [queue, { index }] of queues) {
    if (known <= MAX_KNOWN || queues.size === 1) return
    known -= index.known
    queues.delete(queue)
  }
}

/**
 * What these tell, each with at most so much of its text, without those that are gone. Rejects with OpsError
 * `store_unavailable`.
 */
export async function readBeginnings(
  { queue, deadLetters }: Pick<QueueFailures, 'queue' | 'deadLetters'>,
  deaths: readonly Death[],
  length: number,
): Promise<Map<string, DeadBeginning>> {
  const told = new Map<string, DeadBeginning>()
  for (let at = 0; at < deaths.length;) {
    const part = deaths.slice(at)
    const jobs = await askStore(queue, () => deadLetters.readBeginnings(part, length))
    at += jobs.length
    for (const job of jobs) if (job) told.set(job.jobId, job)
  }
  return told
}
