import { mkdir } from 'node:fs/promises'
import type { Config } from './config.ts'
import { ConfigError } from './errors.ts'
import { openCatalogue } from './exports/datasets/open-catalogue.ts'
import type { FileNews } from './exports/datasets/watched-file.ts'
import { openExportFiles } from './exports/files/open-export-files.ts'
import { allSourceKinds } from './exports/source-kinds.ts'
import type { Log } from './log.ts'
import { openStore } from './queue/store.ts'
import { notServing, type Served, type Shared } from './role.ts'
import { startServer } from './server-role.ts'
import { startWorker } from './worker-role.ts'

/** A running Queue Ops process. */
export interface App extends Pick<Served, 'url' | 'ended'> {
  /** Takes no more work, finishes what is active within the grace time, closes everything. */
  close(): Promise<void>
  /** Fulfilled when no thread is left that was to end. One that cannot be ended keeps even `process.exit` from ending. */
  threadsEnded(): Promise<void>
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
    // Not before the workers of this process are there to be seen.
    server.watch()
    return { url: server.url, ended: server.ended, close, threadsEnded }
  } catch (error) {
    await close()
    throw error
  }
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
