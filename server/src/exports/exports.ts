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
import type { JobWatch } from '../queue/job-watch.ts'
import { Turns } from '../queue/turns.ts'
import type { Catalogue } from './datasets/catalogue.ts'
import type { Dataset } from './datasets/dataset.ts'
import {
  EXPORT_JOB,
  failReason,
  isCancelled,
  maySee,
  outcomeOf,
  type ExportData,
  type ExportJob,
  type ExportQueue,
} from './export-job.ts'
import { followEnds } from './follow-ends.ts'
import { addOnce, isKeyed } from './keyed-export.ts'
import { listExports } from './list-exports.ts'
import { CANCELLED, isOver, untilOver, type Patience } from './until-over.ts'

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

/**
 * What a client can do with exports, on any instance: everything it needs to know is in the queue. `caller` is who asks: of
 * exports that are another one's he hears as of those that do not exist; null may see and do everything.
 */
export interface Exports {
  /**
   * Puts an export on the queue and gives its job id without waiting for it; with an idempotency key that this caller has used
   * before, that job. Rejects with OpsError `invalid_input` (what is asked for does not exist, or the key stands
   * for another request), `dataset_broken` or `store_unavailable`.
   */
  start(request: Omit<StartExportInput, 'wait_ms'>, caller: string | null): Promise<StartedExport>
  /** Rejects with OpsError `not_found` or `store_unavailable`. */
  status(jobId: string, caller: string | null): Promise<ExportStatusOutput>
  /** When it was asked for and when it went on last, in milliseconds since 1970. Rejects as `status` does. */
  times(jobId: string, caller: string | null): Promise<{ createdAt: number; changedAt: number }>
  /** The status once the export is over, or when patience has ended. Rejects as `status` does. */
  wait(jobId: string, patience: Patience, caller: string | null): Promise<ExportStatusOutput>
  /**
   * Tells each end of an export, the one that was there already and those that come, by when it was, in milliseconds since
   * 1970. Rejects with OpsError `not_found` or `store_unavailable`.
   */
  followEnds(jobId: string, hear: (endedAt: number) => void, caller: string | null): Promise<Disposable>
  /**
   * Asks whoever works on the export to stop, or to leave it when nobody does yet, and gives its status: of one that is
   * worked on, after it has stopped or a second later. An export that is over stays as it is. Rejects with OpsError
   * `not_found` or `store_unavailable`.
   */
  cancel(jobId: string, caller: string | null): Promise<ExportStatusOutput>
  /** Newest first within a state. Rejects with OpsError `invalid_input` (the cursor is none of ours) or `store_unavailable`. */
  list(page: ListExportsInput, caller: string | null): Promise<ListExportsOutput>
}

/** So long a cancelled export is waited for; most stop within half of it. */
const STOPS_WITHIN_MS = 1000

/** Of those who wait, all of whom may want to look at the same moment. */
const LOOKS_AT_ONCE = 50

/**
 * @param downloadUrl gives the address under which a client of this instance fetches a file, null when it is gone; rejects
 *   with OpsError `files_unavailable` when it cannot be told
 */
export function createExports(
  queue: ExportQueue,
  watch: JobWatch,
  catalogue: Catalogue,
  downloadUrl: (file: string) => Promise<string | null>,
): Exports {
  const looks = new Turns(LOOKS_AT_ONCE)
  const status = async (jobId: string, caller: string | null): Promise<ExportStatusOutput> => {
    const { job, state } = await find(queue, jobId, caller)
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
    async start({ dataset: name, idempotency_key: key, ...request }, caller) {
      const dataset = catalogue.pick(name)
      refuseOptions(request)
      await refuseMistakes(dataset, request)
      const data: ExportData = { dataset: dataset.name, ...request, ...(caller === null ? {} : { owner: caller }) }
      if (key !== undefined) {
        const { jobId, earlier } = await askStore(queue, () => addOnce(queue, key, data))
        if (!earlier) return { jobId, earlier }
        const { state, cancelled, result } = await status(jobId, caller)
        return { jobId, earlier: { state, cancelled, fileProblem: result?.file_problem ?? null } }
      }
      // Random ids: whoever does not know one cannot guess a job, nor the address of its file.
      const jobId = randomUUID()
      await askStore(queue, () => queue.add(EXPORT_JOB, data, { jobId }))
      return { jobId, earlier: null }
    },
    status,
    async times(jobId, caller) {
      const { job } = await find(queue, jobId, caller)
      return { createdAt: job.timestamp, changedAt: job.finishedOn ?? job.processedOn ?? job.timestamp }
    },
    wait: (jobId, patience, caller) => untilOver(watch, jobId, () => looks.take(() => status(jobId, caller)), patience),
    followEnds(jobId, hear, caller) {
      const endOf = async () => {
        const found = await find(queue, jobId, caller)
        return isOver(found) ? (found.job.finishedOn ?? null) : null
      }
      return followEnds(watch, jobId, () => looks.take(endOf), hear)
    },
    list: (page, caller) => listExports(queue, page, caller),
    async cancel(jobId, caller) {
      const { job, state } = await find(queue, jobId, caller)
      if (isOver({ state })) return status(jobId, caller)
      await askStore(queue, () => job.updateData({ ...job.data, cancelled: true }))
      // A hint that may be lost: who waits looks at the job himself in the end.
      await askStore(queue, () => watch.tell(jobId, CANCELLED)).catch(() => undefined)
      // Nobody has to wait for its next attempt, which only tidies up. Somebody else may have taken it by now.
      if (state === 'delayed') await askStore(queue, () => job.promote()).catch(() => undefined)
      const look = () => status(jobId, caller)
      return state === 'active' ? untilOver(watch, jobId, look, { timeoutMs: STOPS_WITHIN_MS }) : look()
    },
  }
}

const goneFile = (job: ExportJob) =>
  `The file was deleted: exported files are kept for a limited time. Start the export again${isKeyed(job) ? ' with a new idempotency_key' : ''} to get a new one.`

/** Clients look for its beginning. */
const JOB_NOT_FOUND =
  'Job not found: take a job_id from list_exports, or start the export again; completed exports are forgotten in the end.'

/** Any id may be asked for; only one that is in a state is that of a job, and no other key of the store is read. */
async function find(
  queue: ExportQueue,
  jobId: string,
  caller: string | null,
): Promise<{ job: ExportJob; state: JobState }> {
  const isPossible = jobId !== CANARY_ID && !jobId.includes('\0')
  const found = isPossible ? await askStore(queue, () => read(queue, jobId)) : null
  if (!found || !maySee(found.job, caller)) throw new OpsError('not_found', JOB_NOT_FOUND)
  return found
}

/** In this order: what is over by its state has its result in the job that is read then. */
async function read(queue: ExportQueue, jobId: string) {
  const { data: state } = JobState.safeParse(await queue.getJobState(jobId))
  const job = state && (await queue.getJob(jobId))
  return job ? { job, state } : null
}

/** A source that cannot be read now is no reason to refuse: the job retries, and fails with the reason if that stays. */
export async function refuseMistakes(
  dataset: Dataset,
  request: Omit<StartExportInput, 'dataset' | 'idempotency_key' | 'wait_ms'>,
) {
  const { filters, parameters, columns, order_by, limit } = request
  try {
    await dataset.select({ filters, parameters, columns, order_by, limit })
  } catch (error) {
    if (!(error instanceof OpsError) || error.code !== 'dataset_unreadable') throw error
  }
}

/** Options that the format has no use for: OpsError `invalid_input`. */
export function refuseOptions({
  format,
  ...request
}: Omit<StartExportInput, 'dataset' | 'idempotency_key' | 'wait_ms'>) {
  const { delimiter, bom, formula_guard: guard } = request
  if (format === 'csv' || (delimiter === undefined && bom === undefined && guard === undefined)) return
  throw new OpsError(
    'invalid_input',
    `delimiter, bom and formula_guard are for csv: leave them out, or set format to csv.`,
  )
}
