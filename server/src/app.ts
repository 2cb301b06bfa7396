import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Config } from './config.ts'
import { ConfigError } from './errors.ts'
import { openCatalogue, type OpenCatalogue } from './exports/datasets/open-catalogue.ts'
import type { FileNews } from './exports/datasets/watched-file.ts'
import { exportJobOptions, type ExportQueue } from './exports/export-job.ts'
import { startExportWorker } from './exports/export-worker.ts'
import { createExports } from './exports/exports.ts'
import { allSourceKinds } from './exports/source-kinds.ts'
import type { ExportFiles } from './exports/files/export-files.ts'
import { FolderWatch, worstOf } from './exports/files/folder-watch.ts'
import { openExportFiles, openWorkFolder } from './exports/files/open-export-files.ts'
import { startSchedules } from './exports/schedules.ts'
import { startSweeper } from './exports/sweeper.ts'
import { startBeating } from './health/beating.ts'
import { startCanaries } from './health/canary-schedule.ts'
import { canaryTrip } from './health/canary-trip.ts'
import { openHealth } from './health/open-health.ts'
import { mountBoard } from './http/board.ts'
import { DOWNLOADS_PATH, mountDownloads } from './http/downloads.ts'
import { mountHealth, mountLive, mountReady } from './http/health.ts'
import { listen } from './http/listen.ts'
import { mountMcp } from './http/mcp.ts'
import { mountMetrics } from './http/metrics.ts'
import { mountPage } from './http/page.ts'
import { mountStatus } from './http/status.ts'
import type { Log } from './log.ts'
import { exportTasks, TASK_TOOL } from './mcp/export-tasks.ts'
import { legacyServerFactory } from './mcp/legacy-server.ts'
import { modernHandler } from './mcp/modern-handler.ts'
import { modernServerFactory } from './mcp/modern-server.ts'
import { offerResources } from './mcp/offered-resources.ts'
import { offerTools } from './mcp/offered-tools.ts'
import { openSessions } from './mcp/sessions.ts'
import { serveStdio } from './mcp/stdio.ts'
import { openJobWatch } from './queue/job-watch.ts'
import { openStore, type Store } from './queue/store.ts'
import type { WorkInHand } from './queue/work-in-hand.ts'
import { exportFile } from './resources/export-file.ts'
import { listTools } from './tools/list.ts'
import { version } from './version.ts'

const PAGE_DIRECTORY = fileURLToPath(new URL('../../web/dist', import.meta.url))

const MB = 1024 * 1024
const HOUR_MS = 3_600_000

/** A running Queue Ops process. */
export interface App {
  /** Where it listens, null when it does not (workers, stdio). */
  url: string | null
  /** Fulfilled when the client of the stdio transport has gone; never for the others. */
  ended: Promise<void>
  /** Takes no more work, finishes what is active within the grace time, closes everything. */
  close(): Promise<void>
  /** Fulfilled when no thread is left that was to end. One that cannot be ended keeps even `process.exit` from ending. */
  threadsEnded(): Promise<void>
}

/** What every role needs. */
interface Shared {
  config: Config
  log: Log
  store: Store
  files: ExportFiles
  catalogue: OpenCatalogue
  /** What has to be closed: requests and work at the same time, then the connections that both use. */
  closers: Record<'work' | 'connections', (() => Promise<void>)[]>
}

/**
 * Wires and starts what `config.role` asks for. The queue store may be away: the parts wait for it or say so.
 *
 * @param transport how MCP is spoken: `http` listens on `config.host`, `stdio` uses this process' stdin and stdout
 *   and does not listen at all
 * @throws ConfigError when the port, the data directory or the datasets file cannot be used
 */
export async function startApp(config: Config, transport: 'http' | 'stdio', log: Log): Promise<App> {
  await makeDirectory(config.dataDir)
  const closers: Shared['closers'] = { work: [], connections: [] }
  const close = async () => {
    for (const group of [closers.work, closers.connections]) {
      const outcomes = await Promise.allSettled(group.map((closer) => closer()))
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          log.warn({ event: 'close_error', err: outcome.reason as unknown }, 'a part did not close')
      }
    }
  }
  const shared: Shared = {
    config,
    log,
    store: openStore(config.queueUrl, config.queuePrefix, log),
    files: await openExportFiles(config.exportFiles, log),
    catalogue: await openCatalogue(config, allSourceKinds(config, log), (news) => logFileNews(log, news)),
    closers,
  }
  closers.connections.push(
    () => shared.files.close(),
    () => shared.catalogue.close(),
  )
  try {
    const server = config.role === 'worker' ? notServing : await startServer(shared, transport)
    const threadsEnded = config.role === 'server' ? async () => undefined : await startWorker(shared)
    return { ...server, close, threadsEnded }
  } catch (error) {
    await close()
    throw error
  }
}

const keptBySchedule = (catalogue: OpenCatalogue) =>
  new Map(catalogue.schedules().map(({ name, keep }) => [name, keep]))

const notServing = { url: null, ended: new Promise<void>(() => undefined) }

async function startWorker({ config, log, store, files, catalogue, closers }: Shared): Promise<App['threadsEnded']> {
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
  closers.work.push(
    async () => {
      // It lives as long as it has work in hand.
      await worker.close()
      await heartbeat.close()
    },
    () => sweeper.close(),
    () => schedules.close(),
  )
  closers.connections.push(() => queue.close())
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

async function startServer(shared: Shared, transport: 'http' | 'stdio'): Promise<Pick<App, 'url' | 'ended'>> {
  const { config, log, store, files, catalogue, closers } = shared
  const queue: ExportQueue = store.openQueue(
    config.exportQueue,
    exportJobOptions(config.exportAttempts, config.exportBackoffMs),
  )
  const health = openHealth(store, { ...config, exportMinFreeBytes: config.exportMinFreeMb * MB }, log)
  closers.connections.push(
    () => queue.close(),
    () => health.close(),
  )
  const notes = store.openNotes(queue)
  if (notes && config.canaryIntervalMs > 0) {
    const canaries = startCanaries(queue, notes, config.canaryIntervalMs, log)
    closers.work.push(() => canaries.close())
  }
  const canary = canaryTrip(queue, notes)
  const watch = openJobWatch(store, queue, log)
  closers.work.push(() => watch.close())
  const eras = (downloadUrl: (file: string) => Promise<string | null>) => {
    const exports = createExports(queue, watch, catalogue, downloadUrl)
    const list = listTools(exports, catalogue, health, canary)
    const tools = offerTools(list, log)
    const tasks = list.some(({ name }) => name === TASK_TOOL) ? exportTasks(exports, log) : null
    const resources = offerResources(exportFile(exports, files), log)
    const offer = { tools, resources, tasks }
    return { tools, resources, legacy: legacyServerFactory(offer), modern: modernServerFactory(offer) }
  }

  if (transport === 'stdio') {
    const bindings = eras(config.publicUrl ? throughServer(files, config.publicUrl) : directly(files))
    const stdio = await serveStdio(bindings, log)
    closers.work.push(() => stdio.close())
    return { url: null, ended: stdio.ended }
  }
  const mcp = (url: string) => {
    const { tools, legacy, modern, resources } = eras(throughServer(files, config.publicUrl ?? url))
    const handler = modernHandler(modern, resources, log)
    const subscriptions = store.openSubscriptions(queue)
    const sessions = subscriptions && openSessions(queue, subscriptions, watch, resources, log)
    closers.work.push(
      () => handler.close(),
      async () => sessions?.close(),
    )
    return mountMcp({ tools, legacy, modern: handler, sessions }, log)
  }
  const mounts = (url: string) => [
    mountLive(),
    mountReady(health),
    mountHealth(health),
    mountMetrics(health),
    mcp(url),
    mountStatus(health, queue, config.probeResultsFile),
    mountDownloads(files, log),
    mountBoard([queue], store),
    mountPage(PAGE_DIRECTORY),
  ]
  const http = await listen(config, mounts, log)
  closers.work.push(() => http.close())
  return { url: http.url, ended: notServing.ended }
}

/** Clients hear nothing of an operator's mistakes: for them the last good version goes on. */
function logFileNews(log: Log, { path, names, mistakes }: FileNews) {
  if (names)
    log.info({ event: 'datasets_file_read', path, datasets: names }, 'a new version of the datasets file is in force')
  else
    log.error(
      { event: 'datasets_file_refused', path, mistakes },
      'the new version of the datasets file has mistakes: the last good one stays in force',
    )
}

async function makeDirectory(directory: string) {
  await mkdir(directory, { recursive: true }).catch((error: Error & { code?: string }) => {
    throw new ConfigError([`DATA_DIR ${directory} cannot be used (${error.code}): name a folder that can be written.`])
  })
}

/** The address under which this or any other instance hands out a file. */
const throughServer = (files: ExportFiles, base: string) => async (file: string) =>
  (await files.look(file)) && `${base}${DOWNLOADS_PATH}/${file}`

/** For a client on this machine, which has started this process and can read what it can read. */
const directly = (files: ExportFiles) => async (file: string) => {
  const handout = await files.handOut(file, 'GET')
  return handout && (handout.kind === 'file' ? pathToFileURL(handout.path).href : handout.url)
}
