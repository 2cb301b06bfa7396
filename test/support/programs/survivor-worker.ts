// Works slowly enough to be killed in the middle.
import { setTimeout as work } from 'node:timers/promises'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'

const { Worker } = withBackend(createSqliteBackend)
new Worker('work', (job) => work(30, job.name), {
  connection: { path: process.argv[2] ?? '' },
  lockDuration: 500,
  stalledInterval: 200,
  maxStalledCount: 100,
}).on('error', (error) => process.stderr.write(`${error.message}\n`))
