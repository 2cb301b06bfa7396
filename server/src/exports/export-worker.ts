import { isNotConnectionError, UnrecoverableError, WaitingError, type Processor, type Worker } from 'bullmq'
import type { ExportedFile } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Store } from '../queue/store.ts'
import type { Catalogue } from './datasets/catalogue.ts'
import type { Cell, Rows } from './datasets/dataset.ts'
import { ExportData, exportJobId, failReason, type ExportJob } from './export-job.ts'
import type { ExportFiles } from './files.ts'
import { formats } from './formats/list.ts'

const PROGRESS_EVERY_MS = 500

/** Minute-by-minute counts for a day: without this option BullMQ's own throughput counters stay at 0. */
const METRIC_POINTS = 24 * 60

interface WorkerSettings {
  queueName: string
  concurrency: number
  /** How long `close` waits for active jobs before it puts them back. */
  shutdownGraceMs: number
}

/** A running consumer of the export queue. */
export interface ExportWorker {
  /**
   * Takes no more jobs, lets the active ones finish within the grace time and then puts the rest back on the queue
   * for another worker, without costing them an attempt.
   */
  close(): Promise<void>
}

/** Starts a consumer that turns export jobs into files. */
export function startExportWorker(
  store: Store,
  catalogue: Catalogue,
  files: ExportFiles,
  settings: WorkerSettings,
  log: Log,
): ExportWorker {
  const graceOver = new AbortController()
  const worker = store.openWorker(settings.queueName, exportProcessor(catalogue, files, graceOver.signal, log), {
    concurrency: settings.concurrency,
    metrics: { maxDataPoints: METRIC_POINTS },
    // A dead worker's job is taken up again after its lock (30 s) rather than after two sweeps of 30 s.
    stalledInterval: 5000,
    maxStalledCount: 2,
  })
  worker.on('failed', (job, error) => {
    if (job?.finishedOn) logDeadLetter(log, settings.queueName, job, error)
  })
  return { close: () => closeWorker(worker, settings.shutdownGraceMs, graceOver) }
}

function exportProcessor(
  catalogue: Catalogue,
  files: ExportFiles,
  graceOver: AbortSignal,
  log: Log,
): Processor<ExportData, ExportedFile> {
  return async (job, token, cancelled) => {
    const signal = cancelled ? AbortSignal.any([graceOver, cancelled]) : graceOver
    try {
      return await writeExport(job, catalogue, files, signal)
    } catch (error) {
      if (graceOver.aborted) {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      if (error instanceof OpsError) throw toldToQueue(error, job, log)
      log.error({ event: 'export_error', job_id: job.id, err: error }, 'an export failed for a reason that is ours')
      throw new Error('The export failed inside the worker; its log has the details under this job id.', {
        cause: error,
      })
    }
  }
}

/** What trying again cannot mend is not tried again. */
function toldToQueue(error: OpsError, job: ExportJob, log: Log): Error {
  if (error.cause)
    log.warn({ event: 'export_failed', job_id: job.id, code: error.code, err: error.cause }, error.message)
  return error.code === 'invalid_input' ? new UnrecoverableError(error.message) : error
}

/** Jobs also come from other hands than ours. Throws OpsError `invalid_input`. */
function readJob(job: ExportJob): ExportData & { id: string } {
  const data = ExportData.safeParse(job.data)
  if (!data.success || !exportJobId.test(job.id ?? '')) {
    throw new OpsError(
      'invalid_input',
      'This is no export job: its id must be a UUID or a number, its data {"dataset": …, "format": …, "filters": {…}}.',
    )
  }
  return { ...data.data, id: job.id ?? '' }
}

async function writeExport(
  job: ExportJob,
  catalogue: Catalogue,
  files: ExportFiles,
  signal: AbortSignal,
): Promise<ExportedFile> {
  const { id, dataset, format, filters } = readJob(job)
  const rows = catalogue.pick(dataset).open(filters)
  try {
    const counted = countRows(rows, (progress) => reportProgress(job, progress))
    const file = `${id}.${format}`
    const written = await files.write(file, formats[format].render(rows.columns, counted.batches()), signal)
    await reportProgress(job, counted.progress())
    return { rows: counted.progress().rows, ...written, file }
  } finally {
    rows.close()
  }
}

/** The same rows, counted on their way, with a report now and then. */
function countRows(rows: Rows, report: (progress: { rows: number; total: number | null }) => Promise<void>) {
  let done = 0
  const progress = () => ({ rows: done, total: rows.total })
  async function* batches(): AsyncGenerator<Cell[][]> {
    let reported = Date.now()
    for await (const batch of rows.batches()) {
      yield batch
      done += batch.length
      if (Date.now() - reported < PROGRESS_EVERY_MS) continue
      reported = Date.now()
      await report(progress())
    }
  }
  return { batches, progress }
}

/** Progress is a courtesy: an export does not fail because the store was away while it was told. */
async function reportProgress(job: ExportJob, progress: object) {
  await job.updateProgress(progress).catch((error: Error) => {
    if (isNotConnectionError(error)) throw error
  })
}

function logDeadLetter(log: Log, queue: string, job: ExportJob, error: Error) {
  log.error(
    {
      event: 'job_dead_letter',
      queue,
      job_id: job.id,
      ...ExportData.pick({ dataset: true, format: true }).partial().safeParse(job.data).data,
      attempts: job.attemptsMade,
      reason: failReason(error.message),
    },
    'an export failed for good',
  )
}

async function closeWorker(worker: Worker, graceMs: number, graceOver: AbortController) {
  const timer = setTimeout(() => graceOver.abort(new Error('the grace time is over')), graceMs)
  try {
    await worker.close()
  } finally {
    clearTimeout(timer)
  }
}
