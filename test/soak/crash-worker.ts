// A worker of the crash test: notes every execution before it does its work, in a way that survives SIGKILL.
import { appendFileSync } from 'node:fs'
import { setTimeout as work } from 'node:timers/promises'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { crashWorkerSettings, type CrashFiles } from './crash-settings.ts'

const files = JSON.parse(process.argv[2] ?? '{}') as CrashFiles
const { Worker } = withBackend(createSqliteBackend)
const worker = new Worker(
  files.queue,
  async (job) => {
    appendFileSync(files.executions, `${job.id}\n`)
    await work(5 + Math.random() * 20)
    return job.id
  },
  { connection: files.connection, ...crashWorkerSettings },
)
worker.on('error', (error) => appendFileSync(files.errors, `worker: ${error.message}\n`))
