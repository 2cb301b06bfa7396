import type { Queue } from 'bullmq'
import type { DeadLetter } from '../contract.ts'
import { toldTime } from '../told-time.ts'
import type { FactsReader } from './facts-reader.ts'

const MAX_REASON_CHARS = 500

/**
 * The newest dead letters of a queue, newest first.
 *
 * @param boardUrl gives the address of a job in Bull Board
 */
export async function latestDeadLetters(
  { readDeadLetters }: Pick<FactsReader, 'readDeadLetters'>,
  queue: Queue,
  limit: number,
  boardUrl: (jobId: string) => string,
): Promise<DeadLetter[]> {
  const found = await readDeadLetters(queue, limit)
  return found.map(({ id, name, reason, attempts, failedAt }) => ({
    job_id: id,
    name,
    reason: reason.slice(0, MAX_REASON_CHARS),
    attempts,
    failed_at: failedAt === null ? null : toldTime(failedAt),
    board_url: boardUrl(id),
  }))
}
