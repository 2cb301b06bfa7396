import { fileURLToPath, pathToFileURL } from 'node:url'
import { createAskedSchedules } from './exports/asked-schedules.ts'
import { exportJobOptions, type ExportQueue } from './exports/export-job.ts'
import { createExports } from './exports/exports.ts'
import type { ExportFiles } from './exports/files/export-files.ts'
import { startCanaries } from './health/canary-schedule.ts'
import { canaryTrip } from './health/canary-trip.ts'
import { openHealth } from './health/open-health.ts'
import { mountBadge } from './http/badge.ts'
import { boardJobUrl, mountBoard } from './http/board.ts'
import { DOWNLOADS_PATH, mountDownloads } from './http/downloads.ts'
import { mountEvents } from './http/events.ts'
import { mountFailures, mountFailuresOfGroup } from './http/failures.ts'
import { mountFailuresFile } from './http/failures-file.ts'
import { mountHealth, mountLive, mountReady } from './http/health.ts'
import { mountJob } from './http/job.ts'
import { listen } from './http/listen.ts'
import { mountMcp } from './http/mcp.ts'
import { mountMetrics } from './http/metrics.ts'
import { mountOperations } from './http/operations.ts'
import { mountPage } from './http/page.ts'
import { openProbeResults } from './http/probe-results.ts'
import { mountSearch } from './http/search.ts'
import { mountStatus } from './http/status.ts'
import { statusReport } from './http/status-report.ts'
import { mountStatuspage } from './http/statuspage.ts'
import { mountTools } from './http/tools.ts'
import { exportTasks, TASK_TOOL } from './mcp/export-tasks.ts'
import { legacyServerFactory } from './mcp/legacy-server.ts'
import { modernHandler } from './mcp/modern-handler.ts'
import { modernServerFactory } from './mcp/modern-server.ts'
import { offerResources } from './mcp/offered-resources.ts'
import { offerTools } from './mcp/offered-tools.ts'
import { openSessions } from './mcp/sessions.ts'
import { serveStdio } from './mcp/stdio.ts'
import { attachQueues, type AttachedQueues } from './operations/attached-queues.ts'
import { openFailures } from './operations/failures.ts'
import { operationJobOptions, operationsQueueName, type OperationQueue } from './operations/operation-job.ts'
import { createOperations } from './operations/operations.ts'
import { openTrail } from './operations/record.ts'
import { askStore } from './queue/ask-store.ts'
import { latestDeadLetters } from './queue/dead-letters.ts'
import { openFleet } from './queue/fleet.ts'
import { openJobWatch } from './queue/job-watch.ts'
import { exportFile } from './resources/export-file.ts'
import { MB, notServing, type Served, type Shared } from './role.ts'
import { openSnapshots } from './snapshot/snapshots.ts'
import { listTools } from './tools/list.ts'
import { changesNothing } from './tools/tool.ts'

const DEAD_LETTERS_SHOWN = 10
const PROBE_RESULTS_SHOWN = 60

const PAGE_DIRECTORY = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** Answers clients over HTTP, or one over stdio. */
export async function startServer(shared: Shared, transport: 'http' | 'stdio'): Promise<Served> {
  const parts = openParts(shared)
  return transport === 'stdio' ? overStdio(shared, parts) : overHttp(shared, parts)
}

type Parts = ReturnType<typeof openParts>

/** What clients ask, however they are spoken to. */
function openParts({ config, log, store, catalogue, closers }: Shared) {
  const jobOptions = exportJobOptions(config.exportAttempts, config.exportBackoffMs)
  const queue: ExportQueue = store.openQueue(config.exportQueue, jobOptions)
  const records: OperationQueue = store.openQueue(operationsQueueName(config.exportQueue), operationJobOptions)
  const queues = attachQueues(store, queue, {
    queues: config.queues,
    discover: config.discoverQueues,
    except: [records.name],
  })
  const fleet = openFleet(store, [config.exportQueue, ...config.queues], () => queues.names())
  const health = openHealth(store, fleet, { ...config, exportMinFreeBytes: config.exportMinFreeMb * MB }, log)
  const failures = openFailures(store)
  const notes = store.openNotes(queue)
  const canaries =
    notes && config.canaryIntervalMs > 0 ? startCanaries(queue, notes, config.canaryIntervalMs, log) : null
  const watch = openJobWatch(store, queue, log)
  closers.work.push(
    async () => canaries?.close(),
    () => watch.close(),
  )
  closers.connections.push(
    () => queue.close(),
    () => records.close(),
    () => health.close(),
    () => fleet.close(),
  )
  return {
    queue,
    records,
    health,
    fleet,
    canary: canaryTrip(queue, notes),
    watch,
    operating: {
      store,
      queues,
      failures,
      operations: createOperations(store, records, queues, failures),
      trail: openTrail(records, config.readOnly, log),
      schedules: createAskedSchedules(queue, catalogue, jobOptions),
    },
  }
}

type DownloadUrl = (file: string) => Promise<string | null>

type Tools = ReturnType<typeof makeTools>

/** Every tool there is, and those that this server offers, however it is spoken to. */
function makeTools({ config, catalogue }: Shared, parts: Parts, downloadUrl: DownloadUrl) {
  const { queue, watch, health, canary, operating } = parts
  const exports = createExports(queue, watch, catalogue, downloadUrl)
  const all = listTools(exports, catalogue, health, canary, operating)
  return { exports, all, offered: config.readOnly ? all.filter(changesNothing) : all }
}

/** The tools, resources and tasks, bound to both protocol eras. */
function bindEras({ log, files }: Shared, { exports, offered }: Tools) {
  const tools = offerTools(offered, log)
  const tasks = offered.some(({ name }) => name === TASK_TOOL) ? exportTasks(exports, log) : null
  const resources = offerResources(exportFile(exports, files), log)
  const offer = { tools, resources, tasks }
  return { tools, resources, legacy: legacyServerFactory(offer), modern: modernServerFactory(offer) }
}

async function overStdio(shared: Shared, parts: Parts): Promise<Served> {
  const { config, log, files, closers } = shared
  const url = config.publicUrl ? throughServer(files, config.publicUrl) : directly(files)
  // Whoever has started this process may wait for its end before he goes on.
  // What does not close is told when everything is closed.
  const stopWaiting = () => void parts.watch.close().catch(() => undefined)
  const stdio = await serveStdio({ ...bindEras(shared, makeTools(shared, parts, url)), stopWaiting }, log)
  closers.work.push(() => stdio.close())
  return { url: null, ended: stdio.ended, watch: parts.health.watch }
}

async function overHttp(shared: Shared, parts: Parts): Promise<Served> {
  const { config, log, store, files, closers } = shared
  const { queue, records, health, fleet, operating } = parts
  const { queues, trail } = operating
  const readDeadLetters = () =>
    askStore(queue, () =>
      latestDeadLetters(store, queue, DEAD_LETTERS_SHOWN, (jobId) => boardJobUrl(queue.name, jobId)),
    )
  const snapshots = openSnapshots(fleet, health, readDeadLetters, log)
  const probeResults = openProbeResults(config.probeResultsFile, PROBE_RESULTS_SHOWN)
  const readStatus = async () => {
    const [snapshot, results] = await Promise.all([snapshots.now(), probeResults.latest()])
    return statusReport(snapshot, results, config.readOnly)
  }
  const mounts = (url: string) => {
    const tools = makeTools(shared, parts, throughServer(files, config.publicUrl ?? url))
    return [
      mountLive(),
      mountReady(health),
      mountHealth(health),
      mountMetrics(health),
      mcpAt(tools, shared, parts),
      mountTools(tools.all, tools.offered, log),
      mountOperations(operating.operations),
      mountStatus(readStatus),
      mountEvents(snapshots, probeResults, config.readOnly),
      ...mountStatuspage(snapshots, config.publicUrl ?? url),
      mountBadge(snapshots),
      mountFailures(operating),
      mountFailuresOfGroup(operating),
      mountFailuresFile(operating, log),
      mountJob(queues),
      mountSearch(operating, log),
      mountDownloads(files, log),
      mountBoard({
        store,
        queues: [queue],
        listQueues: () => openAll(queues),
        records,
        trail,
        readOnly: config.readOnly,
      }),
      mountPage(PAGE_DIRECTORY, readStatus, log),
    ]
  }
  const http = await listen(config, mounts, log)
  closers.work.push(
    () => snapshots.close(),
    () => http.close(),
  )
  return { url: http.url, ended: notServing.ended, watch: health.watch }
}

function mcpAt(tools: Tools, shared: Shared, parts: Parts) {
  const { log, store, closers } = shared
  const { queue, watch } = parts
  const bound = bindEras(shared, tools)
  const modern = modernHandler(bound.modern, bound.resources, log)
  const subscriptions = store.openSubscriptions(queue)
  const sessions = subscriptions && openSessions(queue, subscriptions, watch, bound.resources, log)
  closers.work.push(
    () => modern.close(),
    async () => sessions?.close(),
  )
  return mountMcp({ tools: bound.tools, legacy: bound.legacy, modern, sessions }, log)
}

const openAll = async (queues: AttachedQueues) => Promise.all((await queues.names()).map((name) => queues.open(name)))

/** The address under which this or any other instance hands out a file. */
const throughServer = (files: ExportFiles, base: string) => async (file: string) =>
  (await files.look(file)) && `${base}${DOWNLOADS_PATH}/${file}`

/** For a client on this machine, which has started this process and can read what it can read. */
const directly = (files: ExportFiles) => async (file: string) => {
  const handout = await files.handOut(file, 'GET')
  return handout && (handout.kind === 'file' ? pathToFileURL(handout.path).href : handout.url)
}
