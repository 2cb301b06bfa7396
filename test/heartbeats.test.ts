import { chmod, mkdir, rename } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSlowView, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { exportsIn } from './support/exports-folder.ts'
import { hangingDisk, noHangingDisk } from './support/hanging-disk.ts'
import { connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis } from './support/redis.ts'
import { stores, type TestStore } from './support/stores.ts'
import { noService, service } from './support/users.ts'
import { watchWorkers, type WorkerWatch } from './support/workers.ts'

const SECOND_MS = 1000

async function slowDataset(folder: string) {
  const database = join(folder, 'slow.sqlite')
  createSlowView(database)
  return writeDatasetsFile(folder, 'numbers', database, 'numbers')
}

/** The heartbeat of a process; there has to be one. */
async function heartbeatOf(watch: WorkerWatch, program: Program) {
  const found = (await watch.heartbeats()).filter(({ pid }) => pid === program.process.pid)
  if (found.length !== 1) throw new Error(`there are ${found.length} heartbeats of this process`)
  return found[0] as NonNullable<(typeof found)[0]>
}

/** Waits for one that was written after now. */
async function nextHeartbeat(watch: WorkerWatch, program: Program) {
  const { now } = await watch.notes.read()
  return eventually(async () => {
    const heartbeat = await heartbeatOf(watch, program)
    expect((await watch.notes.read()).now - heartbeat.ageMs).toBeGreaterThan(now)
    return heartbeat
  })
}

for (const storeName of ['SQLite', 'Redis']) {
  const startStore = stores[storeName] as () => Promise<TestStore>

  test.concurrent(`on ${storeName}, a worker tells what it has in hand, and nothing is left of it when it is stopped`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, DATASETS_FILE: await slowDataset(folder.path) }
    await using server = await startProgram({ ...settings, ROLE: 'server', CANARY_INTERVAL_MS: '0' })
    await using mcp = await connectHttp(server.url)
    await using watch = await watchWorkers(store.url)
    expect(await watch.heartbeats()).toEqual([])
    await using worker = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '2' })
    const idle = await eventually(() => heartbeatOf(watch, worker))
    expect(idle).toMatchObject({ host: hostname(), version: '0.1.0', concurrency: 2, jobs: [], lastTakenAt: null })
    expect(Math.abs(idle.startedAt - Date.now())).toBeLessThan(60 * SECOND_MS)
    expect(Math.abs(idle.clockAheadMs)).toBeLessThan(2 * SECOND_MS)

    const jobId = await mcp.startExport({ format: 'csv' })
    const busy = await eventually(async () => {
      const heartbeat = await heartbeatOf(watch, worker)
      expect(heartbeat.jobs.map(({ id }) => id)).toEqual([jobId])
      return heartbeat
    })
    const since = busy.jobs[0]?.since ?? 0
    expect(busy.lastTakenAt).not.toBeNull()
    expect(Math.abs(since - (busy.lastTakenAt ?? 0))).toBeLessThan(SECOND_MS)
    await mcp.finishedExport(jobId)
    const done = await eventually(async () => {
      const heartbeat = await heartbeatOf(watch, worker)
      expect(heartbeat.lastFinishedAt).not.toBeNull()
      return heartbeat
    })
    expect(done.jobs).toEqual([])
    expect(done.lastFinishedAt).toBeGreaterThan(since)
    expect(done.folder).toMatchObject({ problem: null, freeBytes: expect.any(Number) })

    await using another = await startProgram({ ...settings, ROLE: 'worker' })
    await eventually(() => heartbeatOf(watch, another))
    expect(await worker.stop()).toBe(0)
    expect((await watch.heartbeats()).map(({ pid }) => pid)).toEqual([another.process.pid])
    expect(await another.stop('SIGINT')).toBe(0)
    expect(await watch.heartbeats()).toEqual([])
    expect((await exportsIn(join(folder.path, 'exports'))).toSorted()).toEqual([`${jobId}.csv`])
  })

  test.concurrent(`on ${storeName}, the heartbeat of a frozen worker gets old and young again, that of a killed one stays old`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, ROLE: 'worker' }
    await using frozen = await startProgram(settings)
    await using killed = await startProgram(settings)
    await using alive = await startProgram(settings)
    await using watch = await watchWorkers(store.url)
    for (const program of [frozen, killed, alive]) await eventually(() => heartbeatOf(watch, program))
    frozen.process.kill('SIGSTOP')
    await killed.stop('SIGKILL')
    await eventually(async () => {
      for (const program of [frozen, killed]) {
        expect((await heartbeatOf(watch, program)).ageMs).toBeGreaterThan(6 * SECOND_MS)
      }
    })
    expect((await nextHeartbeat(watch, alive)).eventLoopDelayMs).toBeLessThan(5 * SECOND_MS)
    frozen.process.kill('SIGCONT')
    await eventually(async () => {
      // How long the loop was held is told by the first one after that.
      expect((await heartbeatOf(watch, frozen)).eventLoopDelayMs).toBeGreaterThan(5 * SECOND_MS)
    })
    await nextHeartbeat(watch, frozen)
    expect((await heartbeatOf(watch, killed)).ageMs).toBeGreaterThan(6 * SECOND_MS)
  })
}

test.concurrent('heartbeats come back by themselves after a store that was away, frozen or refused them', async () => {
  await using store = await startRedis()
  await using folder = await temporaryFolder()
  await using worker = await startProgram({ QUEUE_URL: store.url, DATA_DIR: folder.path, ROLE: 'worker' })
  await using watch = await watchWorkers(store.url)
  await eventually(() => heartbeatOf(watch, worker))
  await store.stop()
  await store.start()
  await watch.queue.waitUntilReady()
  await eventually(() => heartbeatOf(watch, worker))
  store.freeze()
  const frozenAt = performance.now()
  await eventually(() => expect(performance.now() - frozenAt).toBeGreaterThan(4 * SECOND_MS))
  store.thaw()
  const after = await nextHeartbeat(watch, worker)
  expect(Math.abs(after.clockAheadMs)).toBeLessThan(SECOND_MS)
  expect(worker.process.exitCode).toBeNull()
  expect(worker.log().filter(({ level }) => Number(level) >= 50)).toEqual([])
})

/** What may happen to a folder of a worker, and how it is undone. */
const misfortunes = {
  'may not be written to': {
    told: 'the worker may not write to it',
    begin: (path: string) => chmod(path, 0o555),
    end: (path: string) => chmod(path, 0o777),
  },
  'is gone': {
    told: 'it is gone',
    begin: (path: string) => rename(path, `${path}-elsewhere`),
    end: (path: string) => rename(`${path}-elsewhere`, path),
  },
}

for (const [which, misfortune] of [
  ['exports', 'may not be written to'],
  ['finished', 'may not be written to'],
  ['exports', 'is gone'],
] as const) {
  test
    .skipIf(noService)
    .concurrent(`a worker whose folder of ${which} ${misfortune} tells so, until it is well again`, async () => {
      await using store = await startRedis()
      await using folder = await temporaryFolder()
      const path = { exports: join(folder.path, 'exports'), finished: join(folder.path, 'finished') }
      await chmod(folder.path, 0o777)
      for (const made of Object.values(path)) {
        await mkdir(made)
        await chmod(made, 0o777)
      }
      const settings = { DATA_DIR: folder.path, EXPORT_FILES: `file:${path.finished}`, ROLE: 'worker' }
      await using worker = await startProgram({ QUEUE_URL: store.url, ...settings }, service)
      await using watch = await watchWorkers(store.url)
      const isTold = (problem: string | null) =>
        eventually(async () => expect((await heartbeatOf(watch, worker)).folder.problem).toBe(problem))
      await eventually(async () =>
        expect((await heartbeatOf(watch, worker)).folder).toMatchObject({
          freeBytes: expect.any(Number),
          problem: null,
        }),
      )
      const { told, begin, end } = misfortunes[misfortune]
      await begin(path[which])
      await isTold(told)
      await end(path[which])
      await isTold(null)
    })
}

test.skipIf(noHangingDisk).concurrent('a disk that hangs is told and does not stop the heartbeat', async () => {
  await using store = await startRedis()
  using disk = hangingDisk()
  await using worker = await startProgram({ QUEUE_URL: store.url, DATA_DIR: disk.path, ROLE: 'worker' })
  await using watch = await watchWorkers(store.url)
  await eventually(async () => expect((await heartbeatOf(watch, worker)).folder.freeBytes).toBeGreaterThan(0))
  {
    using _hanging = disk.hang()
    await eventually(async () =>
      expect((await heartbeatOf(watch, worker)).folder.problem).toMatch(/^its disk has not answered for \d+ s$/),
    )
    const { folder, eventLoopDelayMs } = await nextHeartbeat(watch, worker)
    expect(folder.problem).toContain('has not answered')
    expect(eventLoopDelayMs).toBeLessThan(4 * SECOND_MS)
  }
  await eventually(async () => expect((await heartbeatOf(watch, worker)).folder.problem).toBeNull())
  expect(await worker.stop()).toBe(0)
  expect(await watch.heartbeats()).toEqual([])
})

test.concurrent('a worker whose clock is wrong tells so, and all its times are right all the same', async () => {
  await using store = await startRedis()
  await using folder = await temporaryFolder()
  const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path }
  const wrongMs = 300 * SECOND_MS
  const wrong = `const { now } = Date; Date.now = () => now() + ${wrongMs}`
  const clock = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(wrong)}` }
  await using server = await startProgram({ ...settings, ROLE: 'server', CANARY_INTERVAL_MS: '1000' })
  await using worker = await startProgram({ ...settings, ...clock, ROLE: 'worker' })
  await using watch = await watchWorkers(store.url)
  const heartbeat = await eventually(async () => {
    const found = await heartbeatOf(watch, worker)
    expect(found.lastFinishedAt).not.toBeNull()
    return found
  })
  expect(Math.abs(heartbeat.clockAheadMs - wrongMs)).toBeLessThan(SECOND_MS)
  const { now } = await watch.notes.read()
  for (const at of [heartbeat.startedAt, heartbeat.lastTakenAt, heartbeat.lastFinishedAt]) {
    expect(Math.abs(now - (at ?? 0))).toBeLessThan(60 * SECOND_MS)
  }
  expect((await watch.canary()).roundTripMs).toBeLessThan(60 * SECOND_MS)
  expect(server.process.exitCode).toBeNull()
})
