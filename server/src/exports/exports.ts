import { createHash, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  ExportProgress,
  JobState,
  type ExportResult,
  type ExportStatusOutput,
  type ListExportsInput,
  type ListExportsOutput,
  type StartExportInput,
} from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { CANARY_ID } from '../queue/canary-job.ts'
import type { Catalogue } from './datasets/catalogue.ts'
import type { Dataset } from './datasets/dataset.ts'
import {
  EXPORT_JOB,
  failReason,
  isCancelled,
  outcomeOf,
  type ExportData,
  type ExportJob,
  type ExportQueue,
} from './export-job.ts'
import { exportJobId } from './export-names.ts'
import { listExports } from './list-exports.ts'

/** An export that was asked for. */
export interface StartedExport {
  jobId: string
  /** How the export is that was begun earlier with the same idempotency key; null when this one is new. */
  earlier: { state: JobState; cancelled: boolean } | null
}

/** What a client can do with exports, on any instance: everything it needs to know is in the queue. */
export interface Exports {
  /**
   * Puts an export on the queue and gives its job id without waiting for it; with an idempotency key that was used
   * before, that job. Rejects with OpsError `invalid_input` (what is asked for does not exist, or the key stands
   * for another request), `dataset_broken` or `store_unavailable`.
   */
  start(request: StartExportInput): Promise<StartedExport>
  /** Rejects with OpsError `not_found` or `store_unavailable`. */
  status(jobId: string): Promise<ExportStatusOutput>
  /**
   * Asks whoever works on the export to stop, or to leave it when nobody does yet, and gives its status. An export that
   * is over stays as it is. Rejects with OpsError `not_found` or `store_unavailable`.
   */
  cancel(jobId: string): Promise<ExportStatusOutput>
  /** Newest first within a state. Rejects with OpsError `invalid_input` (the cursor is none of ours) or `store_unavailable`. */
  list(page: ListExportsInput): Promise<ListExportsOutput>
}

/**
 * @param downloadUrl gives the address under which a client of this instance fetches a file, null when it is gone; rejects
 *   with OpsError `files_unavailable` when it cannot be told
 */
export function createExports(
  queue: ExportQueue,
  catalogue: Catalogue,
  downloadUrl: (file: string) => Promise<string | null>,
): Exports {
  const status = async (jobId: string): Promise<ExportStatusOutput> => {
    const { job, state } = await find(queue, jobId)
    const outcome = state === 'completed' ? outcomeOf(job) : null
    return {
      job_id: jobId,
      state,
      cancelled: isCancelled(job),
      progress: ExportProgress.safeParse(job.progress).data ?? null,
      result:
        outcome && !('cancelled' in outcome)
          ? { ...outcome, ...(await whereToFetch(outcome.file, downloadUrl)) }
          : null,
      fail_reason: outcome || !job.failedReason ? null : failReason(job.failedReason),
      attempts: { made: job.attemptsMade, max: job.opts.attempts ?? 1 },
    }
  }
  return {
    async start({ dataset: name, idempotency_key: key, ...request }) {
      const dataset = catalogue.pick(name)
      refuseOptions(request)
      await refuseMistakes(dataset, request)
      const data: ExportData = { dataset: dataset.name, ...request }
      // Random ids: whoever does not know one cannot guess a job, nor the address of its file.
      const jobId = key === undefined ? randomUUID() : idOfKey(key)
      return askStore(queue, async () => {
        if (key === undefined) {
          await queue.add(EXPORT_JOB, data, { jobId })
          return { jobId, earlier: null }
        }
        const call = { ...data, asked_by: randomUUID() }
        // Another request with this key may come in between: the one whose job it is has put it there.
        const earlier = await earlierOf(queue, jobId, call)
        if (earlier) return { jobId, earlier }
        await queue.add(EXPORT_JOB, call, { jobId })
        return { jobId, earlier: await earlierOf(queue, jobId, call) }
      })
    },
    status,
    list: (page) => listExports(queue, page),
    async cancel(jobId) {
      const { job, state } = await find(queue, jobId)
      if (state !== 'completed' && state !== 'failed') {
        await askStore(queue, () => job.updateData({ ...job.data, cancelled: true }))
        // Nobody has to wait for its next attempt, which only tidies up. Somebody else may have taken it by now.
        if (state === 'delayed') await askStore(queue, () => job.promote()).catch(() => undefined)
      }
      return status(jobId)
    },
  }
}

const GONE =
  'The file was deleted: exported files are kept for a limited time. Start the export again to get a new one.'

async function whereToFetch(
  file: string,
  downloadUrl: (file: string) => Promise<string | null>,
): Promise<Pick<ExportResult, 'download_url' | 'file_problem'>> {
  try {
    const url = await downloadUrl(file)
    return { download_url: url, file_problem: url === null ? GONE : null }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { download_url: null, file_problem: error.message }
  }
}

async function find(queue: ExportQueue, jobId: string): Promise<{ job: ExportJob; state: JobState }> {
  if (!exportJobId.test(jobId) || jobId === CANARY_ID) throw new OpsError('not_found', 'Job not found')
  const found = await askStore(queue, async () => {
    const job = await queue.getJob(jobId)
    return job && { job, state: JobState.safeParse(await job.getState()) }
  })
  // A state that is not one of ours is BullMQ's "unknown": the job was removed between the two reads.
  if (!found?.state.success) throw new OpsError('not_found', 'Job not found')
  return { job: found.job, state: found.state.data }
}

/** A source that cannot be read now is no reason to refuse: the job retries, and fails with the reason if that stays. */
export async function refuseMistakes(dataset: Dataset, request: Omit<StartExportInput, 'dataset' | 'idempotency_key'>) {
  const { filters, parameters, columns, order_by, limit } = request
  try {
    await dataset.select({ filters, parameters, columns, order_by, limit })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'dataset_unreadable') throw error
  }
}

/** Options that the format has no use for: OpsError `invalid_input`. */
export function refuseOptions({ format, ...request }: Omit<StartExportInput, 'dataset' | 'idempotency_key'>) {
  const { delimiter, bom, formula_guard: guard } = request
  if (format === 'csv' || (delimiter === undefined && bom === undefined && guard === undefined)) return
  throw new OpsError(
    'invalid_input',
    `delimiter, bom and formula_guard are for csv: leave them out, or set format to csv.`,
  )
}

/**
 * The job of an idempotency key; null when there is none, or it is that of this very call. BullMQ keeps the first job of an id and gives back one with the
 * data of the second, so it is read. Throws OpsError `invalid_input` when it is for another request.
 */
async function earlierOf(queue: ExportQueue, jobId: string, data: ExportData): Promise<StartedExport['earlier']> {
  const kept = await queue.getJob(jobId)
  if (!kept) return null
  const { cancelled: _, asked_by: firstCall, ...first } = kept.data
  const { asked_by: call, ...request } = data
  if (call === firstCall) return null
  if (!isDeepStrictEqual(first, JSON.parse(JSON.stringify(request)))) {
    throw new OpsError(
      'invalid_input',
      'This idempotency_key was used for another request: choose a new one, or repeat that request exactly.',
    )
  }
  const state = JobState.safeParse(await kept.getState())
  return state.success ? { state: state.data, cancelled: isCancelled(kept) } : null
}

/** In the shape of the other ids: a UUID of the kind that is made from a text (RFC 9562, version 8). */
function idOfKey(key: string): string {
  const hex = createHash('sha256').update(`queue-ops export ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
