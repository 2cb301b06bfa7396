import type { JobsOptions, Queue } from 'bullmq'
import { z } from 'zod'

/** One id, so that there is one place for it in the whole queue: the store takes no second job of the same id. */
export const CANARY_ID = 'ca9a27ca-9a27-4ca9-8a27-ca9a27ca9a27'

export const isCanary = (job: { id?: string | undefined } | undefined): boolean => job?.id === CANARY_ID

const NAME = 'canary'

/** Stands in the notes' running numbers: canaries that were completed, which BullMQ's total counts as well. */
export const CANARY_TALLY = 'canaries'

const CanaryData = z.object({ sentAt: z.number() })

/** When a canary was sent, by the store's clock. Who puts such a job there by hand tells none: then by the clock of that hand. */
export const sentAtOf = (job: { data: unknown; timestamp: number }): number =>
  CanaryData.safeParse(job.data).data?.sentAt ?? job.timestamp

/**
 * In front of all that waits, since a backlog is no reason to be late; tried once, and gone when it is over, whichever way.
 * How BullMQ's throughput counters see it cannot be changed, see {@link CANARY_TALLY}.
 */
const options: JobsOptions = {
  jobId: CANARY_ID,
  lifo: true,
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
}

/**
 * Puts a canary on the queue; nothing happens when one is there already, or when another was put there within `quietMs`, as
 * several processes do that at the same moment.
 *
 * @param sentAt the store's time
 */
export async function addCanary(queue: Queue, sentAt: number, quietMs = 0): Promise<void> {
  // A worker of an earlier version takes it for an export that was cancelled before it began, and ends it without a word.
  const data = { dataset: NAME, format: 'csv', cancelled: true, sentAt }
  await queue.add(NAME, data, quietMs > 0 ? { ...options, deduplication: { id: NAME, ttl: quietMs } } : options)
}
