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
import { exportJobId } from './export-names.ts'
import { followEnds } from './follow-ends.ts'
import { listExports } from './list-exports.ts'
import { isOver, untilOver, type Patience } from './until-over.ts'

/** An export that was asked for. */
export interface StartedExport {
  jobId: string
  /** How the export is that was begun earlier with the same idempotency key; null when this one is new. */
  earlier: { state: JobState; cancelled: boolean } | null
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
      result:
        outcome && !('cancelled' in outcome)
          ? { ...outcome, ...(await whereToFetch(outcome.file, downloadUrl)) }
          : null,
      fail_reason: outcome || !job.failedReason ? null : failReason(job.failedReason),
      attempts: { made: job.attemptsMade, max: job.opts.attempts ?? 1 },
    }
  }
  return {
    async start({ dataset: name, idempotency_key: key, ...request }, caller) {
      const dataset = catalogue.pick(name)
      refuseOptions(request)
      await refuseMistakes(dataset, request)
      const data: ExportData = { dataset: dataset.name, ...request, ...(caller === null ? {} : { owner: caller }) }
      // Random ids: whoever does not know one cannot guess a job, nor the address of its file.
      const jobId = key === undefined ? randomUUID() : idOfKey(key, caller)
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
      // Nobody has to wait for its next attempt, which only tidies up. Somebody else may have taken it by now.
      if (state === 'delayed') await askStore(queue, () => job.promote()).catch(() => undefined)
      const look = () => status(jobId, caller)
      return state === 'active' ? untilOver(watch, jobId, look, { timeoutMs: STOPS_WITHIN_MS }) : look()
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

async function find(
  queue: ExportQueue,
  jobId: string,
  caller: string | null,
): Promise<{ job: ExportJob; state: JobState }> {
  if (!exportJobId.test(jobId) || jobId === CANARY_ID) throw new OpsError('not_found', 'Job not found')
  const found = await askStore(queue, async () => {
    // In this order: what is over by its state has its result in the job that is read then.
    const state = JobState.safeParse(await queue.getJobState(jobId))
    const job = await queue.getJob(jobId)
    return job && { job, state }
  })
  // A state that is not one of ours is BullMQ's "unknown": the job was removed between the two reads.
  if (!found?.state.success || !maySee(found.job, caller)) throw new OpsError('not_found', 'Job not found')
  return { job: found.job, state: found.state.data }
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
function idOfKey(key: string, caller: string | null): string {
  // Two callers may well choose the same key.
  const whose = caller === null ? '' : `${JSON.stringify(caller)} `
  const hex = createHash('sha256').update(`queue-ops export ${whose}${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
