// A producer of the crash test: adds its share of jobs at a steady rate and notes each one that was acknowledged. It may
// be killed at any time; started again it goes on behind the last one that it noted.
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import type { CrashFiles, Share } from './crash-settings.ts'

const files = JSON.parse(process.argv[2] ?? '{}') as CrashFiles
const { name, jobs, everyMs } = JSON.parse(process.argv[3] ?? '{}') as Share
const noted = `${files.acknowledged}.${name}`
const done = readNoted()
const { Queue } = withBackend(createSqliteBackend)
const queue = new Queue(files.queue, { connection: files.connection })
queue.on('error', (error) => appendFileSync(files.errors, `producer: ${error.message}\n`))
for (let number = done; number < jobs; number++) {
  const jobId = `${name}-${number}`
  await queue.add('work', { number }, { jobId })
  appendFileSync(noted, `${jobId}\n`)
  await pause(everyMs)
}
await queue.close()
process.exitCode = 0

function readNoted(): number {
  try {
    return readFileSync(noted, 'utf8').split('\n').length - 1
  } catch {
    return 0
  }
}
