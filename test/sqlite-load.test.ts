import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker as Thread } from 'node:worker_threads'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { withBackend } from 'bullmq'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { temporaryFolder } from './support/program.ts'

// What an application may do to the store that nobody has in mind at first.

const { Queue, QueueEvents, Worker } = withBackend(createSqliteBackend)

const MB = 1024 * 1024

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

test.runIf(process.platform === 'linux')(
  'while it is written all the time, the log is folded beside it and stays short, and goes away when all is closed',
  async () => {
    await using file = await queueFile()
    const { path } = file.connection
    const queue = new Queue('work', file)
    const longest: number[] = []
    for (let round = 0; round < 40; round++) {
      // Each add writes some pages of 4 KB: all of them together are several times what the log may hold.
      await Promise.all(Array.from({ length: 20 }, () => queue.add('job', { text: 'x'.repeat(200_000) })))
      longest.push(statSync(`${path}-wal`).size)
    }
    expect(statSync(path).size).toBeGreaterThan(100 * MB)
    expect(Math.max(...longest)).toBeLessThan(64 * MB)
    // The thread has one of its own.
    expect(openFilesIn(path).filter((file) => file === path)).toHaveLength(2)
    expect(await queue.getWaitingCount()).toBe(800)
    await queue.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    expect(openFilesIn(path)).toEqual([])
  },
)

test('two hundred schedulers with three workers: none stops, no slot is run twice, and the counts add up', async () => {
  await using file = await queueFile()
  const { connection } = file
  const queue = new Queue('work', { connection })
  const executed: string[] = []
  const note = async ({ id = '' }: { id?: string | undefined }) => void executed.push(id)
  const workers = [1, 2, 3].map(() => new Worker('work', note, { connection, concurrency: 20 }))
  const everyOf = new Map(Array.from({ length: 200 }, (_, at) => [`scheduler-${at}`, 100 + (at % 5) * 20]))
  await Promise.all([...everyOf].map(([id, every]) => queue.upsertJobScheduler(id, { every }, { name: id })))
  await eventually(() => {
    const runs = Map.groupBy(executed, schedulerOf)
    expect([...everyOf.keys()].filter((id) => (runs.get(id)?.length ?? 0) < 10)).toEqual([])
  })
  for (const id of everyOf.keys()) expect(await queue.removeJobScheduler(id)).toBe(true)
  await eventually(async () => {
    expect(await queue.getJobCounts('waiting', 'active', 'delayed')).toEqual({ waiting: 0, active: 0, delayed: 0 })
  })
  const completed = (await queue.getCompleted(0, -1)).map((job) => job.id)
  expect(executed.toSorted()).toEqual(completed.toSorted())
  expect(await queue.getFailedCount()).toBe(0)
  for (const [scheduler, ids] of Map.groupBy(executed, schedulerOf)) {
    // The first run is one of its own: it is due at once, wherever in a slot that is.
    const [, ...slots] = ids.map((id) => Number(id.split(':').at(-1))).toSorted((a, b) => a - b)
    const every = everyOf.get(scheduler) ?? 0
    const steps = slots.slice(1).map((slot, at) => (slot - (slots[at] ?? 0)) / every)
    expect(steps.every((step) => Number.isInteger(step) && step >= 1)).toBe(true)
  }
  for (const worker of workers) await worker.close()
  await queue.close()
})

/** A run's id is `repeat:SCHEDULER:MILLIS`. */
const schedulerOf = (id: string) => id.split(':')[1] ?? ''
