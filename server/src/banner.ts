import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import { sqlitePath } from './store-url.ts'
import { BOARD_PATH } from './http/board.ts'

const program = fileURLToPath(new URL('../bin/queue-ops.js', import.meta.url))

/** What a person reads when the program has started: where everything is, and what to paste into an MCP client. */
export function banner(config: Config, url: string | null): string {
  if (url === null) return `\nQueue Ops worker: takes jobs of queue "${config.exportQueue}".\n\n`
  const base = config.publicUrl ?? url
  const stdio = { command: process.execPath, args: [program, 'mcp'], env: stdioEnvironment(config) }
  return `
Queue Ops is running.

  Status page    ${base}/
  Bull Board     ${base}${BOARD_PATH}
  MCP endpoint   ${base}/mcp

Paste into your MCP client:
${pretty({ mcpServers: { 'queue-ops': { type: 'http', url: `${base}/mcp` } } })}

or, for a client that starts its servers itself:
${pretty({ mcpServers: { 'queue-ops': stdio } })}

`
}

/** What a second process needs to be the same program on the same queue and files. */
function stdioEnvironment(config: Config): Record<string, string> {
  const settings: Record<string, string | number | null> = {
    ROLE: 'server',
    DATA_DIR: config.dataDir,
    QUEUE_URL: withoutSecrets(config.queueUrl),
    QUEUE_PREFIX: config.queuePrefix,
    EXPORT_QUEUE: config.exportQueue,
    EXPORT_FILES: config.exportFiles,
    EXPORT_ATTEMPTS: config.exportAttempts,
    EXPORT_BACKOFF_MS: config.exportBackoffMs,
    DLQ_LIMIT: config.dlqLimit,
    WAITING_LIMIT: config.waitingLimit,
    QUEUES: config.queues.length > 0 ? config.queues.join(',') : null,
    HEALTH_FILE: config.healthFile,
    DATASETS_FILE: config.datasetsFile,
    PUBLIC_URL: config.publicUrl,
  }
  const set = Object.entries(settings).filter(([, value]) => value !== null)
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]))
}

/** Passwords, also those in the query, are for the reader to fill in. */
function withoutSecrets(url: string): string {
  if (sqlitePath(url) !== null) return url
  const shown = new URL(url)
  const secret = shown.password !== '' || shown.search !== ''
  shown.password = shown.password && 'PASSWORD'
  shown.search = ''
  return secret ? `${shown.href} (fill in what is secret)` : url
}

const pretty = (value: unknown) => JSON.stringify(value, null, 2).replaceAll(/^/gm, '  ')
