import { randomUUID } from 'node:crypto'
import {
  ExportProgress,
  JobState,
  type ExportStatusOutput,
  type FilterValue,
  type StartExportInput,
} from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import type { Catalogue } from './datasets/catalogue.ts'
import { refuseUnknownColumns, type Dataset } from './datasets/dataset.ts'
import { EXPORT_JOB, exportJobId, failReason, type ExportQueue } from './export-job.ts'

/** What a client can do with exports, on any instance: everything it needs to know is in the queue. */
export interface Exports {
  /**
   * Puts an export on the queue and gives its job id without waiting for it. Rejects with OpsError `invalid_input`
   * (unknown dataset or column) or `store_unavailable`.
   */
  start(request: StartExportInput): Promise<string>
  /** Rejects with OpsError `not_found` or `store_unavailable`. */
  status(jobId: string): Promise<ExportStatusOutput>
}

/** @param downloadUrl gives the address under which a client of this instance fetches a file */
export function createExports(
  queue: ExportQueue,
  catalogue: Catalogue,
  downloadUrl: (file: string) => string,
): Exports {
  return {
    async start({ dataset: name, format, filters = {} }) {
      const dataset = catalogue.pick(name)
      refuseWrongFilters(dataset, filters)
      // Random ids: whoever does not know one cannot guess a job, nor the address of its file.
      const jobId = randomUUID()
      await askStore(queue, () => queue.add(EXPORT_JOB, { dataset: dataset.name, format, filters }, { jobId }))
      return jobId
    },

    async status(jobId) {
      if (!exportJobId.test(jobId)) throw new OpsError('not_found', 'Job not found')
      const found = await askStore(queue, async () => {
        const job = await queue.getJob(jobId)
        return job && { job, state: JobState.safeParse(await job.getState()) }
      })
      // A state that is not one of ours is BullMQ's "unknown": the job was removed between the two reads.
      if (!found?.state.success) throw new OpsError('not_found', 'Job not found')
      const { job, state } = found
      const finished = state.data === 'completed'
      return {
        job_id: jobId,
        state: state.data,
        progress: ExportProgress.safeParse(job.progress).data ?? null,
        result: finished ? { ...job.returnvalue, download_url: downloadUrl(job.returnvalue.file) } : null,
        fail_reason: finished || !job.failedReason ? null : failReason(job.failedReason),
        attempts: { made: job.attemptsMade, max: job.opts.attempts ?? 1 },
      }
    },
  }
}

/** A source that cannot be read now is no reason to refuse: the job retries, and fails with the reason if that stays. */
function refuseWrongFilters(dataset: Dataset, filters: Record<string, FilterValue>) {
  let columns
  try {
    columns = dataset.columns()
  } catch {
    return
  }
  refuseUnknownColumns(dataset.name, columns, filters)
}
