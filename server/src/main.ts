#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { startApp } from './app.ts'
import { readConfig, type Config } from './config.ts'
import { ConfigError, OpsError } from './errors.ts'
import { datasetsCommands, runDatasetsCommand } from './exports/datasets/datasets-command.ts'
import { allSourceKinds } from './exports/source-kinds.ts'
import { createLog } from './log.ts'
import { runStoreCommand, storeCommands } from './queue/store-command.ts'
import { banner } from './banner.ts'

const usage = `Usage: queue-ops [mcp | store COMMAND | datasets COMMAND]
  queue-ops       the server, the workers or both, as ROLE says, over HTTP
  queue-ops mcp   the same tools over stdin and stdout, for an MCP client that starts its servers itself
${storeCommands}
${datasetsCommands}
Settings come from the environment and from a file .env in the current folder: see README.md or .env.example.
`

/** What closing may take beyond the grace time: putting jobs back, and a word to the queue store. */
const CLOSE_MS = 1500

/** What a thread may take to end once it has been told to, wherever it is. */
const THREADS_MS = 2000

/** Exit codes: 0 stopped as asked, 1 a fault of ours, 2 wrong arguments or settings. */
async function main(args: string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(usage)
  const [command, ...rest] = args
  if (command === 'store') return runStore(rest)
  if (command === 'datasets') return runDatasets(rest)
  if ((command !== undefined && command !== 'mcp') || rest.length > 0) {
    process.stderr.write(`Unknown arguments: ${args.join(' ')}\n${usage}`)
    process.exitCode = 2
    return
  }
  const config = settings()
  // Before anything is started, so that no signal finds the process without an answer.
  const asked = stopSignal()
  const log = createLog(config.logLevel)
  if (command === 'mcp' && config.role === 'worker') {
    throw new ConfigError(['ROLE is worker, which answers no client: queue-ops mcp needs ROLE=server or ROLE=all.'])
  }
  const app = await startApp(config, command === 'mcp' ? 'stdio' : 'http', log)
  log.info({ event: 'started', role: config.role, url: app.url }, 'started')
  if (command !== 'mcp') process.stdout.write(banner(config, app.url))
  process.send?.({ url: app.url })

  const reason = await Promise.race([asked, app.ended.then(() => 'the client closed the connection')])
  log.info({ event: 'stopping', reason }, 'stopping')
  const isClosed = await endsWithin(config.shutdownGraceMs + CLOSE_MS, app.close())
  if (!(await endsWithin(THREADS_MS, app.threadsEnded()))) {
    log.error({ event: 'stopped', unclean: true }, 'stopped by force: a thread does not come back from native code')
    // Node waits for its threads however it is ended from within.
    process.kill(process.pid, 'SIGKILL')
  } else if (isClosed) {
    log.info({ event: 'stopped' }, 'stopped')
    // Nothing else is open now: the process ends by itself, and a leak would show as one that does not.
    if (process.connected) process.disconnect()
  } else {
    // BullMQ 6.7 waits without bound for the goodbye of a store that is gone.
    log.warn({ event: 'stopped', unclean: true }, 'stopped without waiting any longer, the queue store may be gone')
    process.exit(0)
  }
}

function settings(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return readConfig(process.env)
}

async function runStore(args: string[]): Promise<void> {
  const { text, ok } = await runStoreCommand(args, settings().queueUrl, process.env['INIT_CWD'] ?? process.cwd())
  process.stdout.write(`${text}\n`)
  process.exitCode = ok ? 0 : 1
}

async function runDatasets(args: string[]): Promise<void> {
  const config = settings()
  const kinds = allSourceKinds(config, createLog(config.logLevel))
  const { text, ok } = await runDatasetsCommand(args, config, kinds, process.env['INIT_CWD'] ?? process.cwd())
  // A source that did not answer may hold a connection open for long.
  process.stdout.write(`${text}\n`, () => process.exit(ok ? 0 : 1))
}

async function endsWithin(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function stopSignal(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve)
  return promise
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const foreseen = error instanceof ConfigError || error instanceof OpsError
  const text = foreseen ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`queue-ops: ${text}\n`)
  process.exitCode = foreseen ? 2 : 1
})
