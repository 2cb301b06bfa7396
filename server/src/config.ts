import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ConfigError } from './errors.ts'
import { sqlitePath, sqliteUrl } from './store-url.ts'

const wholeNumber = (min: number, max: number, preset: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number)
    .default(preset)

const path = (preset: string) =>
  z
    .string()
    .default(preset)
    .transform((text) => resolve(text))

/** What only this machine can reach. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Redis' protocol; `rediss` is the same through TLS. */
const isRedisUrl = (text: string) => URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)
const isPostgresUrl = (text: string) =>
  URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)
/** In memory nobody else could see the queue, and SQLite's own URLs would be taken for the name of a file. */
const isSqliteUrl = (text: string) => !/^(?::memory:|file:.*)?$/.test(sqlitePath(text) ?? '')
const isWebUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
/** Just an origin: the board and the page have absolute addresses, and what else a URL can hold has no meaning here. */
const isOrigin = (text: string) => isWebUrl(text) && new URL(text).href === `${new URL(text).origin}/`

const FILE = 'file:'
const isFolderUrl = (text: string) => text.startsWith(FILE) && text.length > FILE.length
const isS3Url = (text: string) => text.startsWith('s3://') && URL.canParse(text)

const queueUrl = z.string().refine((text) => isSqliteUrl(text) || isRedisUrl(text) || isPostgresUrl(text), {
  error: 'must be sqlite: and the path of a file, or a URL that starts with redis://, rediss:// or postgres://',
})
const redisUrl = z.string().refine(isRedisUrl, { error: 'must be a URL that starts with redis:// or rediss://' })

/** With the exports fifty: each is looked at every five seconds and has its series in `/metrics`. */
const MAX_FURTHER_QUEUES = 49

/** Among the names of QUEUES: whatever there is under the prefix can be operated. */
const EVERY_QUEUE = '*'

/** Every setting by the name of its environment variable. README and `.env.example` are tested against this list. */
export const settings = z.object({
  HOST: z
    .string()
    .refine(isLoopback, {
      error:
        'must be a loopback address (127.0.0.1, ::1 or localhost): this version has no authentication and refuses to listen elsewhere; put an authenticating proxy on this machine in front and set PUBLIC_URL to its address',
    })
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 3000),
  PUBLIC_URL: z
    .string()
    .refine(isOrigin, { error: 'must be http:// or https:// and a host, without a path or anything else' })
    .optional(),
  DATA_DIR: path('./data'),
  QUEUE_URL: queueUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  QUEUE_PREFIX: z.string().default('bull'),
  EXPORT_QUEUE: z
    .string()
    .refine((name) => !name.includes(':'), { error: 'must not contain ":"' })
    .default('exports'),
  READ_ONLY: z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0'),
  ROLE: z.enum(['all', 'server', 'worker'], { error: 'must be all, server or worker' }).default('all'),
  WORKER_CONCURRENCY: wholeNumber(1, 1000, 3),
  EXPORT_ATTEMPTS: wholeNumber(1, 100, 3),
  EXPORT_BACKOFF_MS: wholeNumber(0, 86_400_000, 5000),
  EXPORT_TIMEOUT_MS: wholeNumber(1000, 7 * 86_400_000, 3_600_000),
  DEAD_LETTER_WEBHOOK: z
    .string()
    .refine(isWebUrl, { error: 'must be a URL that starts with http:// or https://' })
    .optional(),
  EXPORT_FILES: z
    .string()
    .refine((text) => isFolderUrl(text) || isS3Url(text), {
      error: 'must be file: and the path of a folder, or s3://bucket/prefix',
    })
    .optional(),
  EXPORT_MAX_AGE_HOURS: wholeNumber(0, 1_000_000, 168),
  EXPORT_MAX_TOTAL_MB: wholeNumber(0, 1_000_000_000, 0),
  EXPORT_MIN_FREE_MB: wholeNumber(0, 1_000_000_000, 200),
  DATASETS_FILE: z
    .string()
    .transform((text) => resolve(text))
    .optional(),
  CANARY_INTERVAL_MS: wholeNumber(0, 1_800_000, 30_000).refine((ms) => ms === 0 || ms >= 1000, {
    error: 'must be 0 (no canaries) or a whole number from 1000 to 1800000',
  }),
  DLQ_LIMIT: wholeNumber(1, 1_000_000_000, 50),
  WAITING_LIMIT: wholeNumber(1, 1_000_000_000, 1000),
  QUEUES: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .refine((names) => new Set(names).size === names.length, { error: 'must name each queue once' })
    .refine((names) => names.every((name) => !name.includes(':')), { error: 'must not contain ":"' })
    .refine((names) => names.every((name) => name === EVERY_QUEUE || !name.includes('*')), {
      error: 'must be names of queues, or * for every queue under the prefix',
    })
    .refine((names) => names.length <= MAX_FURTHER_QUEUES, {
      error: `must name at most ${MAX_FURTHER_QUEUES} queues: start a second server for more`,
    })
    .optional(),
  HEALTH_FILE: z
    .string()
    .transform((text) => resolve(text))
    .optional(),
  PROBE_RESULTS_FILE: z
    .string()
    .transform((text) => resolve(text))
    .optional(),
  /** Read by `npm start`, which gives it to the probe; here so that it is checked and documented like the others. */
  PROBE_PORT: wholeNumber(0, 65_535, 9464),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 3_600_000, 8000),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
})

/** What the environment asks for, complete and checked. Paths are absolute, durations are milliseconds. */
export interface Config {
  host: string
  /** 0 lets the system choose. */
  port: number
  /** Where clients reach the server, when that is not `http://host:port`; without a trailing slash. */
  publicUrl: string | null
  dataDir: string
  /** `sqlite:` and an absolute path, or a `redis://`, `rediss://` or `postgres://` URL. */
  queueUrl: string
  queuePrefix: string
  exportQueue: string
  /** No tool and no button changes anything. */
  readOnly: boolean
  role: 'all' | 'server' | 'worker'
  workerConcurrency: number
  exportAttempts: number
  exportBackoffMs: number
  exportTimeoutMs: number
  /** `file:` and an absolute path, or an `s3://` URL. */
  exportFiles: string
  /** 0: files are kept however old they are. */
  exportMaxAgeHours: number
  /** 0: files are kept however large they are together. */
  exportMaxTotalMb: number
  exportMinFreeMb: number
  /** Is told of exports that have failed for good. */
  deadLetterWebhook: string | null
  /** Null: the sample dataset only. */
  datasetsFile: string | null
  /** Environment variables that the datasets file may name: passwords stay out of it. A function, so that no log has them. */
  variables: (name: string) => string | undefined
  /** 0: none are sent by themselves. */
  canaryIntervalMs: number
  dlqLimit: number
  waitingLimit: number
  /** Further queues that are watched and can be operated. */
  queues: string[]
  /** Every queue under the prefix can be operated as well. */
  discoverQueues: boolean
  /** Limits and maintenance of the queues; null: the defaults hold. */
  healthFile: string | null
  probeResultsFile: string
  shutdownGraceMs: number
  logLevel: string
}

/** Turns environment variables into a {@link Config}. An empty variable counts as not set. Throws {@link ConfigError}. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = settings.safeParse(given)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`))
  }
  const values = parsed.data
  if (values.QUEUES?.includes(values.EXPORT_QUEUE)) {
    throw new ConfigError([
      `QUEUES must not name "${values.EXPORT_QUEUE}": the queue of the exports is watched anyway.`,
    ])
  }
  const url = values.QUEUE_URL ?? values.REDIS_URL ?? sqliteUrl(resolve(values.DATA_DIR, 'queue.sqlite'))
  const file = sqlitePath(url)
  return {
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    dataDir: values.DATA_DIR,
    queueUrl: file === null ? url : sqliteUrl(file),
    queuePrefix: values.QUEUE_PREFIX,
    exportQueue: values.EXPORT_QUEUE,
    readOnly: values.READ_ONLY === '1',
    role: values.ROLE,
    workerConcurrency: values.WORKER_CONCURRENCY,
    exportAttempts: values.EXPORT_ATTEMPTS,
    exportBackoffMs: values.EXPORT_BACKOFF_MS,
    exportTimeoutMs: values.EXPORT_TIMEOUT_MS,
    exportFiles: filesUrl(values.EXPORT_FILES ?? FILE + resolve(values.DATA_DIR, 'exports')),
    exportMaxAgeHours: values.EXPORT_MAX_AGE_HOURS,
    exportMaxTotalMb: values.EXPORT_MAX_TOTAL_MB,
    exportMinFreeMb: values.EXPORT_MIN_FREE_MB,
    deadLetterWebhook: values.DEAD_LETTER_WEBHOOK ?? null,
    datasetsFile: values.DATASETS_FILE ?? null,
    variables: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    canaryIntervalMs: values.CANARY_INTERVAL_MS,
    dlqLimit: values.DLQ_LIMIT,
    waitingLimit: values.WAITING_LIMIT,
    queues: (values.QUEUES ?? []).filter((name) => name !== EVERY_QUEUE),
    discoverQueues: values.QUEUES?.includes(EVERY_QUEUE) ?? false,
    healthFile: values.HEALTH_FILE ?? null,
    probeResultsFile: values.PROBE_RESULTS_FILE ?? resolve(values.DATA_DIR, 'probe-results.jsonl'),
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
    logLevel: values.LOG_LEVEL,
  }
}

/** `file:` comes with a path as it is, or as the URL that other programs make of it. */
function filesUrl(text: string): string {
  if (!text.startsWith(FILE)) return text
  return FILE + (text.startsWith('file://') ? fileURLToPath(text) : resolve(text.slice(FILE.length)))
}
