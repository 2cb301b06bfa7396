import { createHash, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { OpsError } from '../errors.ts'
import { EXPORT_JOB, type ExportData, type ExportJob, type ExportQueue } from './export-job.ts'

/** So long a key stands for its export. Far longer than anybody repeats a request, and than files are kept. */
const KEY_KEPT_MS = 30 * 24 * 60 * 60_000

/**
 * Puts an export on the queue unless one with this idempotency key is there, whoever put it there: what decides is the
 * queue's own deduplication, in one step of the store. Two callers may well choose the same key. Ids stay random: whoever
 * guesses a key does not know the job.
 * Rejects with OpsError `invalid_input` when the key stands for another request.
 */
export async function addOnce(
  queue: ExportQueue,
  key: string,
  data: ExportData,
): Promise<{ jobId: string; earlier: ExportJob | null }> {
  const id = createHash('sha256')
    .update(JSON.stringify([data.owner ?? null, key]))
    .digest('hex')
  for (;;) {
    const jobId = randomUUID()
    const { id: holder } = await queue.add(EXPORT_JOB, data, { jobId, deduplication: { id, ttl: KEY_KEPT_MS } })
    if (holder === undefined || holder === jobId) return { jobId, earlier: null }
    // What BullMQ gives back has the id of the first job and the data of the second.
    const earlier = await queue.getJob(holder)
    if (earlier) {
      refuseAnother(earlier, data)
      return { jobId: holder, earlier }
    }
    // It has made way for newer ones, which frees no key that has a time. Another call may have a new job by now.
    await queue.getBackend().removeDeduplicationKey(id, holder)
  }
}

function refuseAnother({ data }: ExportJob, request: ExportData) {
  const { cancelled: _, ...first } = data
  if (isDeepStrictEqual(first, JSON.parse(JSON.stringify(request)))) return
  throw new OpsError(
    'invalid_input',
    'This idempotency_key was used for another request: choose a new one, or repeat that request exactly.',
  )
}

/** Whether the same request gives this job as long as it is there. */
export const isKeyed = ({ opts }: ExportJob): boolean => opts.deduplication !== undefined
