import { join } from 'node:path'
import type { Config } from './config.ts'
import type { OpenCatalogue } from './exports/datasets/open-catalogue.ts'
import { exportJobOptions, type ExportQueue } from './exports/export-job.ts'
import { startExportWorker } from './exports/export-worker.ts'
import { FolderWatch, worstOf } from './exports/files/folder-watch.ts'
import { openWorkFolder } from './exports/files/open-export-files.ts'
import { startSchedules } from './exports/schedules.ts'
import { startSweeper } from './exports/sweeper.ts'
import { startBeating } from './health/beating.ts'
import type { Log } from './log.ts'
import { operationsQueueName } from './operations/operation-job.ts'
import { startOperationWorker } from './operations/operation-worker.ts'
import type { Store } from './queue/store.ts'
import type { WorkInHand } from './queue/work-in-hand.ts'
import { MB, type Shared } from './role.ts'
import { version } from './version.ts'

const HOUR_MS = 3_600_000

const keptBySchedule = (catalogue: OpenCatalogue) =>
  new Map(catalogue.schedules().map(({ name, keep }) => [name, keep]))

/**
 * Starts what takes jobs: exports and operations, with the sweeper, the schedules and the heartbeat. Gives what is fulfilled when
 * no thread is left that was to end.
 */
export async function startWorker({
  config,
  log,
  store,
  files,
  catalogue,
  closers,
}: Shared): Promise<() => Promise<void>> {
  const workFolder = join(config.dataDir, 'exports')
  await openWorkFolder(workFolder)
  const settings = {
    workFolder,
    minFreeBytes: config.exportMinFreeMb * MB,
    dataDir: config.dataDir,
    queueUrl: config.queueUrl,
    queuePrefix: config.queuePrefix,
    timeoutMs: config.exportTimeoutMs,
    deadLetterWebhook: config.deadLetterWebhook,
    queueName: config.exportQueue,
    concurrency: config.workerConcurrency,
    shutdownGraceMs: config.shutdownGraceMs,
  }
  const worker = startExportWorker(store, files, catalogue, settings, log)
  const queue: ExportQueue = store.openQueue(config.exportQueue)
  const limits = {
    maxAgeMs: config.exportMaxAgeHours === 0 ? null : config.exportMaxAgeHours * HOUR_MS,
    maxTotalBytes: config.exportMaxTotalMb === 0 ? null : config.exportMaxTotalMb * MB,
  }
  const sweeper = startSweeper({ files, workFolder, queue, limits, kept: () => keptBySchedule(catalogue) }, log)
  const jobOptions = exportJobOptions(config.exportAttempts, config.exportBackoffMs)
  const schedules = startSchedules(queue, catalogue, jobOptions, log)
  const heartbeat = startHeartbeat(config, store, queue, workFolder, worker.work, log)
  const operations = startOperationWorker(store, operationsQueueName(config.exportQueue), log)
  closers.work.push(
    () => operations.close(),
    async () => {
      // It lives as long as it has work in hand.
      await worker.close()
      await heartbeat.close()
    },
    () => sweeper.close(),
    () => schedules.close(),
  )
  closers.connections.push(() => queue.close())
  await worker.connected()
  return () => worker.threadsEnded()
}

/** Nothing on a store that has no place for it. */
function startHeartbeat(
  config: Config,
  store: Store,
  queue: ExportQueue,
  workFolder: string,
  work: WorkInHand,
  log: Log,
): { close(): Promise<void> } {
  const notes = store.openNotes(queue)
  if (!notes) return { close: async () => undefined }
  const finished = config.exportFiles.startsWith('file:') ? config.exportFiles.slice('file:'.length) : workFolder
  const folders = [
    new FolderWatch(workFolder, '.part'),
    ...(finished === workFolder ? [] : [new FolderWatch(finished, '.copy')]),
  ]
  const folder = () => worstOf(folders.map(({ state }) => state))
  const beating = startBeating(queue, notes, { version, concurrency: config.workerConcurrency, work, folder }, log)
  return {
    async close() {
      await beating.close()
      await Promise.all(folders.map((watch) => watch.close()))
    },
  }
}
