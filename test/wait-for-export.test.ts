import { join } from 'node:path'
import { ExportStatusOutput, StartExportOutput } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import type { Progress } from '@modelcontextprotocol/sdk/types.js'
import type { Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { createSlowView, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { exportsIn } from './support/exports-folder.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis, type TestRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

/** Longer than any test takes: what is answered earlier is not answered because time is up. */
const LONG_S = 55

async function wait(mcp: McpClient, jobId: string, timeout_s: number, told: Progress[] = []) {
  const { structuredContent } = await mcp.client.callTool(
    { name: 'wait_for_export', arguments: { job_id: jobId, timeout_s } },
    undefined,
    { onprogress: (progress) => void told.push(progress) },
  )
  return ExportStatusOutput.parse(structuredContent)
}

const open = (url: string, prefix = 'bull') => openStore(url, prefix, createLog('silent'))

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, who waits hears how an export goes and of its end at once, whichever process works on it`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const database = join(folder.path, 'slow.sqlite')
    createSlowView(database, 1_000_000)
    const settings = {
      DATA_DIR: folder.path,
      QUEUE_URL: store.url,
      DATASETS_FILE: await writeDatasetsFile(folder.path, 'numbers', database, 'numbers'),
    }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    const jobId = await mcp.startExport({ format: 'csv', limit: 400_000 })
    const told: Progress[] = []
    const waiting = wait(mcp, jobId, LONG_S, told)
    await eventually(() => expect(told).toEqual([{ progress: 0, message: 'The export is waiting.' }]))
    expect(await wait(mcp, jobId, 0)).toMatchObject({ state: 'waiting', result: null })

    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    const began = performance.now()
    const status = await waiting
    const took = performance.now() - began
    expect(took).toBeLessThan(LONG_S * 1000)
    expect(status).toMatchObject({ state: 'completed', result: { rows: 400_000 } })
    expect(told.length).toBeGreaterThan(1)
    const rows = told.map(({ progress }) => progress)
    expect(rows).toEqual([...new Set(rows)].toSorted((a, b) => a - b))
    expect(told.at(-1)?.message).toMatch(/^\d+ (of \d+ )?rows written$/)
    // One that is over is answered without waiting.
    expect(await wait(mcp, jobId, LONG_S)).toEqual(status)

    const slow = await mcp.startExport({ format: 'json' })
    await eventually(async () => expect((await mcp.exportStatus(slow)).progress?.rows).toBeGreaterThan(0))
    const askedAt = performance.now()
    const cancelled = ExportStatusOutput.parse((await mcp.call('cancel_export', { job_id: slow })).structuredContent)
    console.info(`${storeName}: cancelled and stopped after ${(performance.now() - askedAt).toFixed(0)} ms`)
    expect(cancelled).toMatchObject({ cancelled: true, result: null })
    expect(await wait(mcp, slow, LONG_S)).toMatchObject({ state: 'completed', cancelled: true, result: null })
    expect(await exportsIn(join(folder.path, 'exports'))).toEqual([status.result?.file])
  })
}

test('an export that is done within wait_ms is answered with its result, another one with its job id', async () => {
  await using folder = await temporaryFolder()
  const settings = { DATA_DIR: folder.path }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const start = async (args: object) => {
    const { structuredContent } = await mcp.call('start_export', { format: 'csv', filters: { country: 'MT' }, ...args })
    return StartExportOutput.parse(structuredContent)
  }
  const unworked = await start({ wait_ms: 10 })
  expect(unworked).toMatchObject({ status: 'queued', export: { state: 'waiting', result: null } })
  expect(unworked.message).toContain('The export is waiting. Call wait_for_export with job_id')
  expect(await start({})).not.toHaveProperty('export')
  const refused = async (tool: string, args: Record<string, unknown>) => answerText(await mcp.call(tool, args))
  expect(await refused('wait_for_export', { job_id: crypto.randomUUID() })).toEqual({
    error: expect.stringMatching(/^Job not found: take a job_id from list_exports/),
  })
  expect(await refused('wait_for_export', { job_id: 'x', timeout_s: 56 })).toEqual({
    error: expect.stringContaining('timeout_s'),
  })
  expect(await refused('start_export', { format: 'csv', wait_ms: 5001 })).toEqual({
    error: expect.stringContaining('wait_ms'),
  })

  await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
  await wait(mcp, unworked.job_id, LONG_S)
  const done = await start({ wait_ms: 5000, idempotency_key: 'k' })
  expect(done).toMatchObject({
    status: 'completed',
    message: 'The export is completed: export.result is its file.',
    export: { state: 'completed', result: { download_url: expect.stringContaining('http') } },
  })
  expect(await start({ wait_ms: 5000, idempotency_key: 'k' })).toMatchObject({ status: 'exists', export: done.export })
})

test('who waits hears of the end also when the store was away meanwhile, and a server that stops answers him', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = { DATA_DIR: folder.path, QUEUE_URL: redis.url }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const jobId = await mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
  const told: Progress[] = []
  const waiting = wait(mcp, jobId, LONG_S, told)
  await eventually(() => expect(told).toHaveLength(1))
  await redis.stop()
  await redis.start()
  await using worker = await startProgram({ ...settings, ROLE: 'worker' })
  expect(await waiting).toMatchObject({ state: 'completed' })
  await worker.stop()

  const unworked = await mcp.startExport({ format: 'csv' })
  const last = wait(mcp, unworked, LONG_S, told)
  await eventually(() => expect(told.at(-1)?.message).toBe('The export is waiting.'))
  expect(await server.stop()).toBe(0)
  expect(await last).toMatchObject({ state: 'waiting' })
})

/** So many progresses are told while it is counted what the store is asked. */
const EVENTS = 5

/** A call that waits, once it does. */
async function beginWaiting(url: string, jobId: string) {
  const params = {
    name: 'wait_for_export',
    arguments: { job_id: jobId, timeout_s: LONG_S },
    _meta: { progressToken: 1 },
  }
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  const texts = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const first = (await texts?.read())?.value ?? ''
  expect(first).toContain('The export is waiting.')
  return {
    async answer() {
      let text = ''
      for (let part = await texts?.read(); part && !part.done; part = await texts?.read()) text += part.value
      return text
    },
  }
}

/** How many commands Redis was sent from the outset on, but for the question itself. */
async function commandsBy(redis: TestRedis) {
  const info = String(await redis.ask('INFO', 'stats'))
  return Number(/total_commands_processed:(\d+)/.exec(info)?.[1])
}

async function commandsWhileWaiting(count: number, url: string, queue: Queue, redis: TestRedis) {
  const job = await queue.add('export', { dataset: 'cities', format: 'csv' }, { jobId: crypto.randomUUID() })
  const jobId = job.id ?? ''
  const waiting = []
  while (waiting.length < count) {
    waiting.push(...(await Promise.all(Array.from({ length: 10 }, () => beginWaiting(url, jobId)))))
  }
  await using mcp = await connectHttp(url)
  const told: Progress[] = []
  const last = wait(mcp, jobId, LONG_S, told)
  await eventually(() => expect(told).toHaveLength(1))

  const before = await commandsBy(redis)
  for (let rows = 1; rows <= EVENTS; rows++) {
    await job.updateProgress({ rows, total: null, percent: null, seconds_left: null })
    await eventually(() => expect(told.at(-1)?.progress).toBe(rows))
  }
  const commands = (await commandsBy(redis)) - before

  const worker = open(redis.url).openWorker('exports', async () => ({ cancelled: true }), {})
  expect(await last).toMatchObject({ state: 'completed' })
  for (const answer of await Promise.all(waiting.map((one) => one.answer()))) {
    expect(answer).toContain(`${EVENTS} rows written`)
    expect(answer).toContain('"state":"completed"')
  }
  await worker.close()
  return commands
}

test('a thousand who wait cost the store no more than ten', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  await using server = await startProgram({
    DATA_DIR: folder.path,
    QUEUE_URL: redis.url,
    ROLE: 'server',
    CANARY_INTERVAL_MS: '0',
  })
  const queue = open(redis.url).openQueue('exports')
  await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
  const ten = await commandsWhileWaiting(10, server.url, queue, redis)
  const thousand = await commandsWhileWaiting(1000, server.url, queue, redis)
  console.info(`commands while ${EVENTS} events came: ${ten} with 10 waiting, ${thousand} with 1,000`)
  // Health looks at the store at its own pace all the while, however long that is; each who waits has not asked once.
  expect(thousand - ten).toBeLessThan(1000)
})
