import { randomUUID } from 'node:crypto'
import { UnrecoverableError, WaitingError, type Processor, type Worker } from 'bullmq'
import { OpsError } from '../errors.ts'
import { recordCanary } from '../health/canary.ts'
import { inTime } from '../queue/in-time.ts'
import type { Log } from '../log.ts'
import { askStore } from '../queue/ask-store.ts'
import { isCanary } from '../queue/canary-job.ts'
import type { Store } from '../queue/store.ts'
import { watchForCancel } from '../queue/watch-for-cancel.ts'
import { WorkInHand } from '../queue/work-in-hand.ts'
import type { OpenCatalogue } from './datasets/open-catalogue.ts'
import { deadLetterOf, startDeadLetterAlerts } from './dead-letter-alerts.ts'
import { ExportData, type ExportJob, type ExportOutcome, type ExportQueue } from './export-job.ts'
import { exportFileName, isExportId, stemOf } from './export-names.ts'
import { startExportThreads, type ExportThreads, type ThreadSettings } from './export-threads.ts'
import type { ExportFiles } from './files/export-files.ts'
import { hasForbiddenKey } from './forbidden-key.ts'
import { ProgressTeller } from './progress.ts'
import { keepLatest } from './schedules.ts'
import { leaveUnfinished, removeUnfinished, type Place } from './unfinished-file.ts'

/** Minute-by-minute counts for a day: without this option BullMQ's own throughput counters stay at 0. */
const METRIC_POINTS = 24 * 60

/**
 * A dead worker's job is taken up by another one when its lock has ended and a sweep has found it twice: within 14 s. Locks
 * are renewed by the main thread, which does nothing that takes long.
 */
const LOCK_MS = 8000
const SWEEP_EVERY_MS = 3000

/** Far more than a rolling restart takes: how often in vain is counted by {@link UnfinishedFile}. */
const MAX_STALLED = 1000

/** A failure that trying again cannot mend. */
const PERMANENT = new Set(['invalid_input', 'dataset_broken', 'file_refused', 'worker_died'])

const CONNECT_MS = 1000

interface WorkerSettings extends ThreadSettings {
  queueName: string
  /** Absolute path of the folder on this machine's disk in which unfinished files are made. */
  workFolder: string
  /** What exports leave free on the disk of that folder. */
  minFreeBytes: number
  concurrency: number
  /** How long one attempt may take, in milliseconds. */
  timeoutMs: number
  /** Is told of exports that have failed for good; null: nobody is. */
  deadLetterWebhook: string | null
  /** How long `close` waits for active jobs before it puts them back. */
  shutdownGraceMs: number
}

/** A running consumer of the export queue. */
export interface ExportWorker {
  /** What it is working on at the moment. */
  work: WorkInHand
  /** Fulfilled when it can be seen as a consumer, or after a second when the store is away: it goes on to connect. */
  connected(): Promise<void>
  /**
   * Takes no more jobs, lets the active ones finish within the grace time and then puts the rest back on the queue
   * for another worker, without costing them an attempt.
   */
  close(): Promise<void>
  /** Fulfilled when no thread is left that was to end: one that cannot be ended keeps the process alive. */
  threadsEnded(): Promise<void>
}

/** Starts a consumer that turns export jobs into files. */
export function startExportWorker(
  store: Store,
  files: ExportFiles,
  catalogue: OpenCatalogue,
  settings: WorkerSettings,
  log: Log,
): ExportWorker {
  const graceOver = new AbortController()
  const threads = startExportThreads(catalogue, settings, settings.concurrency)
  const queue: ExportQueue = store.openQueue(settings.queueName)
  const desk: Desk = { queue, threads, files, settings, graceOver: graceOver.signal, log }
  const work = new WorkInHand()
  const exporting = work.during(exportProcessor(desk))
  const processor: typeof exporting = async (job, token, lockLost) =>
    isCanary(job) ? { cancelled: true } : exporting(job, token, lockLost)
  const worker = store.openWorker(settings.queueName, processor, {
    concurrency: settings.concurrency,
    metrics: { maxDataPoints: METRIC_POINTS },
    lockDuration: LOCK_MS,
    stalledInterval: SWEEP_EVERY_MS,
    maxStalledCount: MAX_STALLED,
  })
  const alerts = settings.deadLetterWebhook
    ? startDeadLetterAlerts(store, queue, settings.deadLetterWebhook, log)
    : null
  work.watch(worker)
  const canaries = watchCanaries(worker, desk, store)
  // Another worker may have it already: what this one goes on to do is in vain.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'the lock is lost')
  })
  worker.on('completed', ({ data: { schedule } }) => {
    if (schedule) void keepLatest(queue, files, schedule, log)
  })
  worker.on('failed', (job) => {
    if (!job?.finishedOn || isCanary(job)) return
    log.error(deadLetterOf(job), 'an export failed for good')
    alerts?.tell(job)
    void tidy(desk, job, placeOf(settings), removeUnfinished)
  })
  return {
    work,
    connected: () => inTime(CONNECT_MS, worker.waitUntilReady().then(nothing, nothing), nothing),
    async close() {
      await closeWorker(worker, settings.shutdownGraceMs, graceOver)
      await canaries.recorded()
      await threads.close()
      await alerts?.close()
      await queue.close()
    },
    threadsEnded: () => threads.ended(),
  }
}

/** Tells that canaries came through, once the store has taken them as completed. */
function watchCanaries(worker: Worker, { queue, log }: Desk, store: Store) {
  const notes = store.openNotes(queue)
  let recording: Promise<void> = Promise.resolve()
  worker.on('completed', (job) => {
    if (!notes || !isCanary(job)) return
    recording = askStore(queue, () => recordCanary(notes, job)).catch((error: unknown) =>
      log.debug({ event: 'canary_untold', err: error }, 'the store did not hear that a canary came through'),
    )
  })
  return { recorded: () => recording }
}

/** What every export is worked on with. */
interface Desk {
  queue: ExportQueue
  threads: ExportThreads
  files: ExportFiles
  settings: WorkerSettings
  graceOver: AbortSignal
  log: Log
}

function exportProcessor(desk: Desk): Processor<ExportData, ExportOutcome> {
  return async (job, token, lockLost) => {
    using watch = watchForCancel(desk.queue, job.id ?? '')
    const deadline = AbortSignal.timeout(desk.settings.timeoutMs)
    const stop = AbortSignal.any([desk.graceOver, watch.cancelled, deadline, ...(lockLost ? [lockLost] : [])])
    const attempt = placeOf(desk.settings)
    try {
      return await makeFile(job, attempt, desk, stop)
    } catch (error) {
      await tidy(desk, job, attempt, watch.cancelled.aborted ? removeUnfinished : leaveUnfinished)
      if (lockLost?.aborted) throw error
      if (watch.cancelled.aborted) return { cancelled: true }
      if (desk.graceOver.aborted) {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      if (deadline.aborted) throw new UnrecoverableError(tooLong(desk.settings.timeoutMs))
      if (error instanceof OpsError) throw toldToQueue(error, job, desk.log)
      desk.log.error(
        { event: 'export_error', job_id: job.id, err: error },
        'an export failed for a reason that is ours',
      )
      throw new Error('The export failed inside the worker; its log has the details under this job id.', {
        cause: error,
      })
    }
  }
}

/** Where an attempt writes, but for the name of the export. */
type AttemptPlace = Omit<Place, 'id'>

const placeOf = ({ workFolder, minFreeBytes }: WorkerSettings): AttemptPlace => ({
  folder: workFolder,
  minFreeBytes,
  attempt: randomUUID(),
})

async function makeFile(job: ExportJob, attempt: AttemptPlace, desk: Desk, stop: AbortSignal): Promise<ExportOutcome> {
  const { threads, files, log } = desk
  const { id, data } = readJob(job)
  const place = { ...attempt, id: stemOf(id, data) }
  if (data.cancelled) {
    await tidy(desk, job, attempt, removeUnfinished)
    return { cancelled: true }
  }
  const progress = new ProgressTeller(job, log)
  const { path, rows, bytes, sha256, resumedRows, notes } = await threads.run(
    { place, data },
    (done) => progress.tell(done),
    stop,
  )
  const file = exportFileName(id, data)
  await files.publish({ path, name: file, bytes, sha256 }, stop)
  await tidy(desk, job, attempt, removeUnfinished)
  await progress.tellLast(rows)
  return { rows, bytes, sha256, file, resumed_rows: resumedRows, notes }
}

/** What is left over in the folder is for the next attempt, or for the sweep, to remove: nothing fails because of it. */
async function tidy({ log }: Desk, job: ExportJob, attempt: AttemptPlace, action: (place: Place) => Promise<void>) {
  const data = ExportData.safeParse(job.data).data
  if (!data || !isExportId(job.id ?? '', data)) return
  await action({ ...attempt, id: stemOf(job.id ?? '', data) }).catch((error: unknown) =>
    log.warn({ event: 'leftover', job_id: job.id, err: error }, 'an unfinished file could not be removed'),
  )
}

/** Jobs also come from other hands than ours. Throws OpsError `invalid_input`. */
function readJob({ id = '', data: given }: ExportJob): { id: string; data: ExportData } {
  const { data, error } = ExportData.safeParse(given)
  if (error) {
    const [{ path, message } = { path: [], message: 'Invalid input' }] = error.issues
    throw noExportJob(`${['data', ...path.map(String)].join('.')}: ${message}`)
  }
  if (hasForbiddenKey(given)) throw noExportJob('its data must not have the key "__proto__"')
  if (!isExportId(id, data)) throw noExportJob('its id must be a UUID or a number, or that of a schedule in its data')
  return { id, data }
}

const noExportJob = (mistake: string) =>
  new OpsError(
    'invalid_input',
    `This is no export job: ${mistake.slice(0, 200)}. Put it on the queue with start_export.`,
  )

const tooLong = (timeoutMs: number) =>
  `The export took longer than ${timeoutMs / 1000} s: ask for less with filters or a limit, or let the operator raise EXPORT_TIMEOUT_MS.`

/** What trying again cannot mend is not tried again. */
function toldToQueue(error: OpsError, job: ExportJob, log: Log): Error {
  if (error.cause)
    log.warn({ event: 'export_failed', job_id: job.id, code: error.code, err: error.cause }, error.message)
  return PERMANENT.has(error.code) ? new UnrecoverableError(error.message) : error
}

async function closeWorker(worker: Worker, graceMs: number, graceOver: AbortController) {
  const timer = setTimeout(() => graceOver.abort(new Error('the grace time is over')), graceMs)
  try {
    await worker.close()
  } finally {
    clearTimeout(timer)
  }
}

const nothing = () => undefined
