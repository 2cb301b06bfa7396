import { join } from 'node:path'
import { CANARY_ID } from '@queue-ops/server/canary-job'
import { ListExportsOutput, SendCanaryOutput, StatusReport } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { expect, test } from 'vitest'
import { createSlowView, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'
import { watchWorkers } from './support/workers.ts'

const SECOND_MS = 1000
const nothing = { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 }

async function sendCanary(mcp: McpClient) {
  const { structuredContent, isError } = await mcp.call('send_canary')
  return { ...SendCanaryOutput.parse(structuredContent), isError: isError === true }
}

/** Takes the next job as a worker does that dies before it is done. */
async function takeAndDie(url: string) {
  const { promise: taken, resolve } = Promise.withResolvers<void>()
  const endless = () => {
    resolve()
    return new Promise<never>(() => undefined)
  }
  const store = openStore(url, 'bull', createLog('silent'))
  const worker = store.openWorker('exports', endless, { lockDuration: 1000, stalledInterval: 3000 })
  await taken
  await worker.close(true)
}

/** What pages, tools and monitors see of jobs. */
async function everythingToldOf(mcp: McpClient, url: string) {
  const { queue } = StatusReport.parse(await (await fetch(`${url}/api/status`)).json())
  const list = ListExportsOutput.parse((await mcp.call('list_exports')).structuredContent)
  const status = answerText(await mcp.call('get_export_status', { job_id: CANARY_ID }))
  const answer = await fetch(`${url}/admin/queues/api/queues?activeQueue=exports&status=waiting&page=1&jobsPerPage=10`)
  const { queues } = (await answer.json()) as { queues: { name: string; counts: object; jobs: object[] }[] }
  const exports = queues.filter(({ name }) => name === 'exports')
  return {
    board: exports.map(({ counts, jobs }) => ({ counts, jobs })),
    counts: queue?.counts,
    deadLetters: queue?.dead_letters,
    list,
    status,
  }
}
const nothingTold = {
  board: [{ counts: nothing, jobs: [] }],
  counts: nothing,
  deadLetters: [],
  list: { exports: [], next_cursor: null },
  status: { error: expect.stringMatching(/^Job not found/) as string },
}

for (const storeName of ['SQLite', 'Redis']) {
  const startStore = stores[storeName] as () => Promise<TestStore>

  test.concurrent(`on ${storeName}, canaries go through on schedule, and one by hand is measured`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '1000' }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using mcp = await connectHttp(server.url)
    await using watch = await watchWorkers(store.url)
    const first = await eventually(async () => {
      const state = await watch.canary()
      expect(state).toMatchObject({ sentAt: expect.any(Number), roundTripMs: expect.any(Number) })
      return state
    })
    await eventually(async () => expect((await watch.canary()).sentAt).toBeGreaterThan((first.sentAt ?? 0) + 900))
    const { roundTripMs } = await watch.canary()
    const byHand = await sendCanary(mcp)
    expect(byHand).toMatchObject({ outcome: 'through', pending_s: null, isError: false })
    console.info(`${storeName}: round trip ${roundTripMs} ms on schedule, ${byHand.round_trip_ms} ms by hand`)
    expect((await watch.notes.read()).tallies['canaries']).toBeGreaterThanOrEqual(3)
    expect((await watch.queue.getMetrics('completed')).meta.count).toBeGreaterThanOrEqual(3)
    // Between two canaries, while the worker does not yet have to tell of one.
    await eventually(async () => expect(await watch.totals()).toEqual({ completed: 0, failed: 0 }))
    await eventually(async () => expect(await everythingToldOf(mcp, server.url)).toEqual(nothingTold))
    expect(await watch.queue.getJobs()).toEqual([])
  })

  test.concurrent(`on ${storeName}, one canary waits while no worker is there, nobody counts it, and it comes through with the first`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '1000' }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using another = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    await using watch = await watchWorkers(store.url)
    const pending = () =>
      eventually(async () => {
        const state = await watch.canary()
        expect(state).toMatchObject({ pendingSince: expect.any(Number), finishedAt: null })
        return state
      })
    await pending()
    await watch.queue.pause()
    expect(await everythingToldOf(mcp, another.url)).toEqual(nothingTold)
    await eventually(async () => expect(await watch.canary()).toMatchObject({ pendingSince: null }))
    await watch.queue.resume()
    const { pendingSince } = await pending()
    const waited = await sendCanary(mcp)
    expect(waited).toMatchObject({ outcome: 'pending', round_trip_ms: null, isError: true })
    expect(waited.pending_s).toBeGreaterThanOrEqual(5)
    expect(waited.message).toContain('No worker gives a sign of life')
    expect(await watch.canary()).toMatchObject({ pendingSince, sentAt: pendingSince })
    expect(await watch.queue.getJobCounts()).toMatchObject({ waiting: 1 })
    expect(await everythingToldOf(mcp, another.url)).toEqual(nothingTold)

    // Honest work that waits does not hold it up.
    const jobs = [await mcp.startExport({ format: 'csv' }), await mcp.startExport({ format: 'csv' })]
    expect(await watch.counts()).toMatchObject({ waiting: 2 })
    const told = await eventually(async () => {
      const all = await everythingToldOf(mcp, another.url)
      expect(all).toMatchObject({ counts: { waiting: 2 }, board: [{ counts: { waiting: 2 } }] })
      return all
    })
    expect(told.board[0]?.jobs).toHaveLength(2)
    expect(told.list.exports.map(({ job_id }) => job_id).toSorted()).toEqual(jobs.toSorted())
    await using _worker = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '1' })
    await eventually(async () => expect((await watch.canary()).roundTripMs).toBeGreaterThan(5 * SECOND_MS))
    const { finishedAt } = await watch.canary()
    const [first] = await Promise.all(jobs.map((id) => mcp.finishedExport(id).then(() => watch.queue.getJob(id))))
    expect(first?.processedOn).toBeGreaterThanOrEqual((finishedAt ?? 0) - SECOND_MS)
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'through' })
  })

  test.concurrent(`on ${storeName}, several servers send one canary an interval together, and none to a paused queue`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '2000' }
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using watch = await watchWorkers(store.url)
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using _second = await startProgram({ ...settings, ROLE: 'server' })
    await using _third = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    const sent: number[] = []
    await eventually(async () => {
      const { sentAt } = await watch.canary()
      if (sentAt !== null && sentAt !== sent.at(-1)) sent.push(sentAt)
      expect(sent.length).toBeGreaterThanOrEqual(4)
    })
    const pauses = sent.slice(1).map((at, index) => at - (sent[index] ?? 0))
    console.info(`${storeName}: pauses between canaries of three servers: ${pauses.join(', ')} ms`)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1800)

    await watch.queue.pause()
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'paused', isError: true })
    const { now } = await watch.notes.read()
    await eventually(async () => expect((await watch.notes.read()).now).toBeGreaterThan(now + 3 * SECOND_MS))
    expect(await watch.canary()).toMatchObject({ pendingSince: null })
    expect(await watch.queue.getJobCounts()).toMatchObject({ waiting: 0 })
    await watch.queue.resume()
    await eventually(async () => expect((await watch.canary()).sentAt).toBeGreaterThan(now))
  })

  test.concurrent(`on ${storeName}, a canary whose worker dies comes through another, and full hands are told as such`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const database = join(folder.path, 'slow.sqlite')
    createSlowView(database, 1e15)
    const settings = {
      QUEUE_URL: store.url,
      DATA_DIR: folder.path,
      DATASETS_FILE: await writeDatasetsFile(folder.path, 'numbers', database, 'numbers'),
      CANARY_INTERVAL_MS: '0',
    }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    await using watch = await watchWorkers(store.url)
    const asking = sendCanary(mcp)
    await takeAndDie(store.url)
    expect(await asking).toMatchObject({ outcome: 'pending' })
    await using worker = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '1' })
    await eventually(async () => expect((await watch.canary()).roundTripMs).not.toBeNull())
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'through' })
    const endless = await mcp.startExport({ format: 'csv', filters: { i: 0 } })
    await eventually(async () => expect((await watch.heartbeats())[0]?.jobs).toMatchObject([{ id: endless }]))
    const held = await sendCanary(mcp)
    expect(held).toMatchObject({ outcome: 'pending', message: expect.stringContaining('have their hands full') })
    await worker.stop('SIGKILL')
    await mcp.call('cancel_export', { job_id: endless })
    await using _another = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '1' })
    await eventually(async () => expect((await watch.canary()).pendingSince).toBeNull())
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'through' })
    expect(await watch.counts()).toMatchObject({ failed: 0 })
  })

  test.concurrent(`on ${storeName}, what an older worker does not know, and what was left under the canary's id, does no harm`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '0' }
    await using program = await startProgram(settings)
    await using mcp = await connectHttp(program.url)
    await using watch = await watchWorkers(store.url)
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'through' })
    const { tallies } = await watch.notes.read()
    // As a worker before canaries sees one: an export of some other id, cancelled before it began.
    const sent = { dataset: 'canary', format: 'csv', cancelled: true, sentAt: 1 }
    const id = crypto.randomUUID()
    await watch.queue.add('canary', sent, { jobId: id, attempts: 1 })
    await eventually(async () => expect(await mcp.exportStatus(id)).toMatchObject({ state: 'completed', result: null }))
    expect((await watch.notes.read()).tallies).toEqual(tallies)
    // Somebody puts a job there by hand, with data that say nothing and options that let it stay.
    await watch.queue.add('x', null, { jobId: CANARY_ID, removeOnComplete: false })
    await eventually(async () => expect(await watch.queue.getJobState(CANARY_ID)).toBe('completed'))
    expect((await watch.canary()).pendingSince).toBeNull()
    expect(await watch.counts()).toMatchObject({ completed: 1, failed: 0 })
    expect(await sendCanary(mcp)).toMatchObject({ outcome: 'through' })
    expect(await watch.queue.getJob(CANARY_ID)).toBeUndefined()
    expect(program.log().filter(({ event }) => event === 'job_dead_letter')).toEqual([])
  })
}

test.concurrent('on PostgreSQL a canary cannot be told, and none is sent', async () => {
  await using store = await (stores['PostgreSQL'] as () => Promise<TestStore>)()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '1000' })
  await using mcp = await connectHttp(program.url)
  expect(await sendCanary(mcp)).toMatchObject({ outcome: 'unknown', isError: false })
})
