import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Worker as Thread } from 'node:worker_threads'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

// What an application may do to the store that nobody has in mind at first.

const { Queue, QueueEvents, Worker } = withBackend(createSqliteBackend)

async function queueFile() {
  const folder = await temporaryFolder()
  const connection = { path: join(folder.path, 'queue.sqlite') }
  return { connection, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

test('threads of one process share a file as processes do: every job is done once', async () => {
  await using file = await queueFile()
  const queue = new Queue('work', { connection: file.connection })
  const program = new URL('support/programs/survivor-worker.ts', import.meta.url)
  const threads = [1, 2].map(() => new Thread(program, { argv: [file.connection.path] }))
  await eventually(async () => expect(await queue.getWorkers()).toHaveLength(2))
  const jobs = await queue.addBulk(Array.from({ length: 60 }, (_, at) => ({ name: `job ${at}`, data: {} })))
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(jobs.length))
  for (const job of await queue.getCompleted()) expect(job).toMatchObject({ attemptsStarted: 1, returnvalue: job.name })
  for (const thread of threads) {
    const exited = once(thread, 'exit')
    await thread.terminate()
    await exited
  }
  await queue.close()
})

test('data and results of twenty megabytes come back as they were, also from a retry', async () => {
  await using file = await queueFile()
  const queue = new Queue('work', { connection: file.connection })
  const large = 'ä'.repeat(10 * 1024 * 1024)
  const { id = '' } = await queue.add('large', large, { attempts: 2 })
  const worker = new Worker(
    'work',
    async (job) => {
      if (job.attemptsMade === 0) throw new Error('once')
      return job.data
    },
    { connection: file.connection },
  )
  await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
  const { data, returnvalue } = (await queue.getJob(id)) ?? {}
  expect([data === large, returnvalue === large]).toEqual([true, true])
  await worker.close()
  await queue.close()
})

test.runIf(process.platform === 'linux')('opening and closing again and again leaves no file open', async () => {
  await using file = await queueFile()
  for (let time = 0; time < 50; time++) {
    const { connection } = file
    const opened = [
      new Queue('work', { connection }),
      new Worker('work', async () => undefined, { connection }),
      new QueueEvents('work', { connection }),
    ]
    await opened[0]?.waitUntilReady()
    await Promise.all(opened.map((one) => one.close()))
  }
  expect(openFilesIn(file.connection.path)).toEqual([])
})

function openFilesIn(path: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(path) ? [target] : []
    } catch {
      // Closed since it was listed.
      return []
    }
  })
}

test('two hundred schedulers with three workers: none stops, no run comes twice', async () => {
  await using file = await queueFile()
  const { connection } = file
  const queue = new Queue('work', { connection })
  const workers = [1, 2, 3].map(() => new Worker('work', async () => undefined, { connection, concurrency: 20 }))
  const ids = Array.from({ length: 200 }, (_, at) => `scheduler-${at}`)
  await Promise.all(ids.map((id, at) => queue.upsertJobScheduler(id, { every: 100 + (at % 5) * 20 }, { name: id })))
  const ran = async () => (await queue.getCompleted()).map((job) => ({ name: job.name, id: job.id }))
  await eventually(async () => {
    const runs = Map.groupBy(await ran(), ({ name }) => name)
    expect(ids.filter((id) => (runs.get(id)?.length ?? 0) < 5)).toEqual([])
  })
  for (const id of ids) expect(await queue.removeJobScheduler(id)).toBe(true)
  await eventually(async () => {
    expect(await queue.getJobCounts('waiting', 'active', 'delayed')).toEqual({ waiting: 0, active: 0, delayed: 0 })
  })
  const runs = (await ran()).map(({ id }) => id)
  expect(new Set(runs).size).toBe(runs.length)
  expect(await queue.getFailedCount()).toBe(0)
  for (const worker of workers) await worker.close()
  await queue.close()
})

test('a clock that is set back by an hour loses no job', async () => {
  await using file = await queueFile()
  const { connection } = file
  const queue = new Queue('work', { connection })
  const realNow = Date.now
  const worker = new Worker('work', async () => 'done', { connection, lockDuration: 2000 })
  try {
    await queue.add('before', {})
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(1))
    Date.now = () => realNow() - 3_600_000
    await queue.add('after', {})
    await queue.add('soon', {}, { delay: 50 })
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(3))
  } finally {
    Date.now = realNow
  }
  await worker.close()
  await queue.close()
})
