import { randomUUID } from 'node:crypto'
import {
  ExportProgress,
  JobState,
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
import { addOnce, isKeyed } from './keyed-export.ts'
import { listExports } from './list-exports.ts'

/** An export that was asked for. */
export interface StartedExport {
  jobId: string
  /** How the export is that was begun earlier with the same idempotency key; null when this one is new. */
  earlier: EarlierExport | null
}

export interface EarlierExport {
  state: JobState
  cancelled: boolean
  /** Why its file cannot be fetched; null when it can, or when there is none yet. */
  fileProblem: string | null
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
      result: outcome && !('cancelled' in outcome) ? { ...outcome, ...(await whereToFetch(job, outcome.file)) } : null,
      fail_reason: outcome || !job.failedReason ? null : failReason(job.failedReason),
      attempts: { made: job.attemptsMade, max: job.opts.attempts ?? 1 },
    }
  }
  async function whereToFetch(job: ExportJob, file: string) {
    try {
      const url = await downloadUrl(file)
      return { download_url: url, file_problem: url === null ? goneFile(job) : null }
    } catch (error) {
      if (!(error instanceof OpsError)) throw error
      return { download_url: null, file_problem: error.message }
    }
  }
  return {
    async start({ dataset: name, idempotency_key: key, ...request }) {
      const dataset = catalogue.pick(name)
      refuseOptions(request)
      await refuseMistakes(dataset, request)
      const data: ExportData = { dataset: dataset.name, ...request }
      if (key !== undefined) {
        const { jobId, earlier } = await askStore(queue, () => addOnce(queue, key, data))
        if (!earlier) return { jobId, earlier }
        const { state, cancelled, result } = await status(jobId)
        return { jobId, earlier: { state, cancelled, fileProblem: result?.file_problem ?? null } }
      }
      // Random ids: whoever does not know one cannot guess a job, nor the address of its file.
      const jobId = randomUUID()
      await askStore(queue, () => queue.add(EXPORT_JOB, data, { jobId }))
      return { jobId, earlier: null }
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

const goneFile = (job: ExportJob) =>
  `The file was deleted: exported files are kept for a limited time. Start the export again${isKeyed(job) ? ' with a new idempotency_key' : ''} to get a new one.`

/** Any id may be asked for; only one that is in a state is that of a job, and no other key of the store is read. */
async function find(queue: ExportQueue, jobId: string): Promise<{ job: ExportJob; state: JobState }> {
  const isPossible = jobId !== CANARY_ID && !jobId.includes('\0')
  const found = isPossible ? await askStore(queue, () => read(queue, jobId)) : null
  if (!found) throw new OpsError('not_found', 'Job not found')
  return found
}

async function read(queue: ExportQueue, jobId: string) {
  const { data: state } = JobState.safeParse(await queue.getJobState(jobId))
  const job = state && (await queue.getJob(jobId))
  return job ? { job, state } : null
}

/** A source that cannot be read now is no reason to refuse: the job retries, and fails with the reason if that stays. */
async function refuseMistakes(dataset: Dataset, request: Omit<StartExportInput, 'dataset' | 'idempotency_key'>) {
  const { filters, parameters, columns, order_by, limit } = request
  try {
    await dataset.select({ filters, parameters, columns, order_by, limit })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'dataset_unreadable') throw error
  }
}

function refuseOptions({ format, ...request }: Omit<StartExportInput, 'dataset' | 'idempotency_key'>) {
  const { delimiter, bom, formula_guard: guard } = request
  if (format === 'csv' || (delimiter === undefined && bom === undefined && guard === undefined)) return
  throw new OpsError(
    'invalid_input',
    `delimiter, bom and formula_guard are for csv: leave them out, or set format to csv.`,
  )
}
