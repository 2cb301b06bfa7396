import type { Queue } from 'bullmq'
import type { DeadLetter } from '../contract.ts'
import { toldTime } from '../told-time.ts'

const MAX_REASON_CHARS = 500

/**
 * The newest dead letters of a queue, newest first.
 *
 * @param boardUrl gives the address of a job in Bull Board
 */
export async function latestDeadLetters(
  queue: Queue,
  limit: number,
  boardUrl: (jobId: string) => string,
): Promise<DeadLetter[]> {
  const jobs = await queue.getFailed(0, limit - 1)
  // A job that was removed between the two reads of getFailed comes back as undefined, whatever its type says.
  return jobs.filter(Boolean).map((job) => ({
    job_id: job.id ?? '',
    name: job.name,
    reason: (job.failedReason ?? '').slice(0, MAX_REASON_CHARS),
    attempts: job.attemptsMade,
    failed_at: job.finishedOn ? toldTime(job.finishedOn) : null,
    board_url: boardUrl(job.id ?? ''),
  }))
}
