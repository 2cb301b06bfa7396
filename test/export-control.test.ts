import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartExportOutput } from '@queue-ops/server/contract'
import { createLog } from '@queue-ops/server/log'
import { openStore } from '@queue-ops/server/store'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { createOrders, createSlowView, dropTable, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { exportsIn } from './support/exports-folder.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

// What a client can do with an export besides starting it, and what ends one besides its last row.

async function slowExports(folder: string) {
  const database = join(folder, 'slow.sqlite')
  createSlowView(database)
  return { DATA_DIR: folder, DATASETS_FILE: await writeDatasetsFile(folder, 'numbers', database, 'numbers') }
}

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, an export is cancelled by any instance: it stops, leaves no file and is no dead letter`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { ...(await slowExports(folder.path)), QUEUE_URL: store.url }
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await using mcp = await connectHttp(server.url)
    const jobId = await mcp.startExport({ format: 'csv' })
    await eventually(async () => expect((await mcp.exportStatus(jobId)).progress?.rows).toBeGreaterThan(0))

    const askedAt = performance.now()
    expect((await mcp.call('cancel_export', { job_id: jobId })).structuredContent).toMatchObject({ cancelled: true })
    await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('completed'))
    console.info(`${storeName}: stopped after ${(performance.now() - askedAt).toFixed(0)} ms`)
    expect(await mcp.exportStatus(jobId)).toMatchObject({ cancelled: true, result: null, fail_reason: null })
    expect(await exportsIn(join(folder.path, 'exports'))).toEqual([])
    expect((await mcp.health()).report.checks).toContainEqual(expect.objectContaining({ name: 'dlq_depth', count: 0 }))
  })
}

const refusals: Record<string, (redis: Redis) => Promise<unknown>> = {
  'has no memory left': (redis) => redis.config('SET', 'maxmemory', '1mb'),
  'has become a replica': (redis) => redis.replicaof('127.0.0.1', 1),
  'has lost all jobs': (redis) => redis.flushall(),
}
for (const [title, refuse] of Object.entries(refusals)) {
  test(`a store that ${title} while an export is written does not end the program`, async () => {
    await using store = await startRedis()
    await using folder = await temporaryFolder()
    await using program = await startProgram({ ...(await slowExports(folder.path)), QUEUE_URL: store.url })
    await using mcp = await connectHttp(program.url)
    const jobId = await mcp.startExport({ format: 'csv' })
    await eventually(async () => expect((await mcp.exportStatus(jobId)).progress?.rows).toBeGreaterThan(0))
    const redis = new Redis(store.url)
    await refuse(redis)
    redis.disconnect()
    // Whole, or given up because the lock is lost: in each case the attempt has come to its end.
    await eventually(async () => {
      const names = await exportsIn(join(folder.path, 'exports'))
      expect(names.filter((name) => name.endsWith('.part'))).toEqual([])
    })
    expect((await fetch(`${program.url}/livez`)).status).toBe(200)
    expect(program.process.exitCode).toBeNull()
  })
}

test('an export that waits is cancelled before anybody begins it, one that is over stays as it is', async () => {
  await using folder = await temporaryFolder()
  const settings = { DATA_DIR: folder.path }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const waiting = await mcp.startExport({ format: 'csv' })
  const other = await mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
  await mcp.call('cancel_export', { job_id: waiting })
  expect(await mcp.exportStatus(waiting)).toMatchObject({ state: 'waiting', cancelled: true })

  await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
  await eventually(async () => expect((await mcp.exportStatus(waiting)).state).toBe('completed'))
  expect(await mcp.exportStatus(waiting)).toMatchObject({ cancelled: true, result: null })
  const { file } = await mcp.finishedExport(other)
  expect((await mcp.call('cancel_export', { job_id: other })).structuredContent).toMatchObject({
    state: 'completed',
    cancelled: false,
    result: { file },
  })
  expect(answerText(await mcp.call('cancel_export', { job_id: crypto.randomUUID() }))).toEqual({
    error: expect.stringMatching(/^Job not found/),
  })
})

test('an export that takes longer than it may has failed for good, with what to do, and leaves nothing behind', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ ...(await slowExports(folder.path)), EXPORT_TIMEOUT_MS: '1000' })
  await using mcp = await connectHttp(program.url)
  const jobId = await mcp.startExport({ format: 'json' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('failed'))
  expect(await mcp.exportStatus(jobId)).toMatchObject({
    fail_reason: expect.stringMatching(/^The export took longer than 1 s: .*EXPORT_TIMEOUT_MS\.$/),
    attempts: { made: 1 },
  })
  await eventually(async () => expect(await exportsIn(join(folder.path, 'exports'))).toEqual([]))
})

test('the same idempotency key gives the same job, and is refused for another request', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  const request = { format: 'csv', filters: { country: 'MT' }, idempotency_key: 'monday' }
  const ids = await Promise.all([1, 2, 3].map(() => mcp.startExport(request)))
  expect(new Set(ids).size).toBe(1)
  await mcp.finishedExport(ids[0] ?? '')
  const again = StartExportOutput.parse((await mcp.call('start_export', request)).structuredContent)
  expect(again).toEqual({
    job_id: ids[0],
    status: 'exists',
    message: expect.stringMatching(/ that export is completed\. Call get_export_status .* for its file\.$/),
  })
  const fresh = await mcp.call('start_export', { ...request, idempotency_key: 'tuesday' })
  expect(fresh.structuredContent).toMatchObject({ status: 'queued', message: expect.stringMatching(/is queued/) })
  expect(fresh.structuredContent?.['job_id']).not.toBe(ids[0])
  const other = await mcp.call('start_export', { ...request, filters: { country: 'NL' } })
  expect(other.isError).toBe(true)
  expect(answerText(other)).toEqual({ error: expect.stringContaining('was used for another request') })

  const { file } = await mcp.finishedExport(ids[0] ?? '')
  await rm(join(folder.path, 'exports', file))
  const { result } = await mcp.exportStatus(ids[0] ?? '')
  const gone =
    'The file was deleted: exported files are kept for a limited time. Start the export again with a new idempotency_key to get a new one.'
  expect(result).toMatchObject({ download_url: null, file_problem: gone })
  expect((await mcp.call('start_export', request)).structuredContent).toMatchObject({
    job_id: ids[0],
    status: 'exists',
    message: `This idempotency_key was used before, for the same request: that export is completed. ${gone}`,
  })
})

for (const [storeName, startStore] of Object.entries(stores)) {
  test(`on ${storeName}, an idempotency key gives the same job on any instance and after a restart, for one queue`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path }
    const request = { format: 'csv', filters: { country: 'MT' }, idempotency_key: 'monday' }
    const ask = async ({ url }: { url: string }) => {
      await using mcp = await connectHttp(url)
      return StartExportOutput.parse((await mcp.call('start_export', request)).structuredContent)
    }
    await using program = await startProgram(settings)
    let jobId: string
    {
      await using server = await startProgram({ ...settings, ROLE: 'server' })
      const answers = await Promise.all([program, server, program, server].map(ask))
      jobId = answers[0]?.job_id ?? ''
      expect(answers.map(({ job_id }) => job_id)).toEqual(answers.map(() => jobId))
      expect(answers.filter(({ status }) => status === 'queued')).toHaveLength(1)
    }
    await using foreigner = await startProgram({ ...settings, ROLE: 'server', EXPORT_QUEUE: 'others' })
    expect(await ask(foreigner)).toMatchObject({ job_id: expect.not.stringContaining(jobId), status: 'queued' })
    await using restarted = await startProgram({ ...settings, ROLE: 'server' })
    expect(await ask(restarted)).toMatchObject({ job_id: jobId, status: 'exists' })

    // A job that makes way for newer ones is begun anew, by one of those who ask.
    await using mcp = await connectHttp(program.url)
    await mcp.finishedExport(jobId)
    const queue = openStore(store.url, 'bull', createLog('silent')).openQueue('exports')
    await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
    const newer = { dataset: 'cities', format: 'csv', cancelled: true }
    await queue.add('export', newer, { jobId: randomUUID(), removeOnComplete: { count: 1 } })
    await eventually(async () => expect(await queue.getJob(jobId)).toBeUndefined())
    const fresh = await Promise.all([program, restarted, program, restarted].map(ask))
    expect(new Set(fresh.map(({ job_id }) => job_id)).size).toBe(1)
    expect(fresh.filter(({ status }) => status === 'queued')).toHaveLength(1)
  })
}

test('of many calls with one idempotency key at once, one has queued the export', async () => {
  await using folder = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const request = { format: 'csv', idempotency_key: 'at once' }
  const answers = await Promise.all(Array.from({ length: 30 }, () => mcp.call('start_export', request)))
  const said = answers.map(({ structuredContent }) => StartExportOutput.parse(structuredContent))
  expect(new Set(said.map(({ job_id: jobId }) => jobId)).size).toBe(1)
  expect(said.filter(({ status }) => status === 'queued')).toHaveLength(1)
})

test('an export that waits for its next attempt is cancelled at once, and what it has left goes', async () => {
  await using folder = await temporaryFolder()
  const database = join(folder.path, 'shop.sqlite')
  createOrders(database)
  await using program = await startProgram({
    DATA_DIR: folder.path,
    DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
    EXPORT_BACKOFF_MS: '86400000',
  })
  await using mcp = await connectHttp(program.url)
  await rename(database, `${database}.gone`)
  const jobId = await mcp.startExport({ format: 'csv' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('delayed'))
  const left = join(folder.path, 'exports', `.${jobId}.${randomUUID()}.part`)
  await writeFile(left, 'id,item\r\n')
  await mcp.call('cancel_export', { job_id: jobId })
  await eventually(async () =>
    expect(await mcp.exportStatus(jobId)).toMatchObject({ state: 'completed', cancelled: true }),
  )
  await eventually(() => expect(existsSync(left)).toBe(false))
})

test('a repeated idempotency key tells how its export is', async () => {
  await using folder = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const start = async () => {
    const { structuredContent } = await mcp.call('start_export', { format: 'csv', idempotency_key: 'friday' })
    return StartExportOutput.parse(structuredContent)
  }
  const { job_id: jobId } = await start()
  expect(await start()).toMatchObject({ status: 'exists', message: expect.stringContaining('that export is waiting.') })
  await mcp.call('cancel_export', { job_id: jobId })
  expect(await start()).toMatchObject({
    job_id: jobId,
    status: 'exists',
    message: expect.stringMatching(/ was cancelled\. Choose a new key/),
  })
})

test('of a job that somebody else put on the queue, the mistake is named', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  const store = openStore(`sqlite:${join(folder.path, 'queue.sqlite')}`, 'bull', createLog('silent'))
  const queue = store.openQueue('exports')
  await using _closing = { [Symbol.asyncDispose]: () => queue.close() }
  const good = { dataset: 'cities', format: 'csv' }
  const mistakes = {
    'data.limit: Invalid input: expected number, received string': { ...good, limit: 'ten' },
    'data.format: Invalid option: expected one of "csv"|': { ...good, format: 'pdf' },
    'data.delimiter: Invalid option: expected one of ': { ...good, delimiter: '#' },
    'data.order_by.0.column: Invalid input: expected string': { ...good, order_by: [{}] },
    'its data must not have the key "__proto__"': JSON.parse(
      '{"dataset":"cities","format":"csv","filters":{"__proto__":1}}',
    ),
  }
  for (const [mistake, data] of Object.entries(mistakes)) {
    const { id = '' } = await queue.add('export', data)
    await eventually(async () => expect((await mcp.exportStatus(id)).state).toBe('failed'))
    const { fail_reason: reason, attempts } = await mcp.exportStatus(id)
    expect(reason).toMatch(/^This is no export job: .* Put it on the queue with start_export\.$/)
    expect(reason).toContain(mistake)
    expect(attempts.made).toBe(1)
  }
})

test('an order that is only a name is refused with what to write', async () => {
  await using folder = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const refused = await mcp.call('start_export', { format: 'csv', order_by: ['name'] })
  expect(answerText(refused)).toEqual({ error: expect.stringContaining('order_by.0: write {"column": "name"}') })
})

test('options of another format are refused, not left out', async () => {
  await using folder = await temporaryFolder()
  await using server = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  for (const option of [{ delimiter: ';' }, { bom: true }]) {
    const refused = await mcp.call('start_export', { format: 'json', ...option })
    expect(answerText(refused)).toEqual({
      error: 'delimiter, bom and formula_guard are for csv: leave them out, or set format to csv.',
    })
  }
})

test('what trying again cannot mend is not tried again: a table that was dropped after the export was accepted', async () => {
  await using folder = await temporaryFolder()
  const database = join(folder.path, 'shop.sqlite')
  createOrders(database)
  const settings = {
    DATA_DIR: folder.path,
    DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
  }
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  const jobId = await mcp.startExport({ format: 'csv' })
  dropTable(database, 'orders')
  await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('failed'))
  expect(await mcp.exportStatus(jobId)).toMatchObject({
    fail_reason: 'Dataset "orders" cannot be read: there is no table or view "orders" in its database.',
    attempts: { made: 1, max: 3 },
  })
  // Columns are remembered for 15 seconds; until then exports are taken on and fail as above.
  await eventually(async () => {
    const refused = await mcp.call('start_export', { format: 'csv' })
    expect(answerText(refused)).toEqual({
      error: 'Dataset "orders" cannot be read: there is no table or view "orders" in its database.',
    })
  })
})
