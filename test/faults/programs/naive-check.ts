// The naive health check: what many applications ask of BullMQ, every few seconds.
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { Worker, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { lookRegularly } from '../monitors/monitor.ts'
import { openQueue } from '../store.ts'

const [url = '', interval = ''] = process.argv.slice(2)
const TIMEOUT_MS = 4000

const queue = openQueue(url)
const redis = url.startsWith('sqlite:') ? null : new Redis(url)
redis?.on('error', () => undefined)
// On a queue of its own, or it would be a consumer of the one that is watched: the check asks only whether it is closing.
const worker = openWorker('exports-naive')
worker.on('error', () => undefined)

function openWorker(name: string): Worker {
  const nothing = async () => undefined
  if (!url.startsWith('sqlite:')) return new Worker(name, nothing, { connection: { url }, autorun: false })
  const { Worker: SqliteWorker } = withBackend(createSqliteBackend)
  const connection = { path: url.slice('sqlite:'.length) }
  return new SqliteWorker(name, nothing, { connection, autorun: false }) as unknown as Worker
}

const monitor = lookRegularly(Number(interval), async () => {
  const { failed = 0, waiting = 0 } = await inTime(async () => {
    await ping()
    return queue.getJobCounts('failed', 'waiting')
  })
  if (worker.closing) return 'the worker is closing'
  if (failed >= 50) return `${failed} failed`
  return waiting < 1000 ? null : `${waiting} waiting`
})

/** SQLite has none: there, that it counts is all. */
async function ping(): Promise<void> {
  await redis?.ping()
}

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer')), TIMEOUT_MS)
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

// The test is over.
process.once('disconnect', () => process.exit())

let told = 0
setInterval(() => {
  for (const look of monitor.looks().slice(told)) process.send?.(look)
  told = monitor.looks().length
}, 100)
