import { Client as Modern, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client'
import { createTaskSessionFromClient, type RawClientDispatch } from '@modelcontextprotocol/ext-tasks/client'
import { isDetailedTaskV2 } from '@modelcontextprotocol/ext-tasks/core/v2'
import { CallToolResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { StartExportOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSlowView, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

// Exports as tasks of the protocol, for the official clients that know of tasks.

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: Program
let worker: Program
let mcp: McpClient

beforeAll(async () => {
  folder = await temporaryFolder()
  const database = `${folder.path}/slow.sqlite`
  createSlowView(database)
  const datasets = await writeDatasetsFile(folder.path, 'numbers', database, 'numbers')
  const settings = { DATA_DIR: folder.path, DATASETS_FILE: datasets, EXPORT_TIMEOUT_MS: '60000' }
  server = await startProgram({ ...settings, ROLE: 'server' })
  worker = await startProgram({ ...settings, ROLE: 'worker' })
  mcp = await connectHttp(server.url)
})
afterAll(async () => {
  for (const part of [mcp, worker, server, folder]) await part?.[Symbol.asyncDispose]()
})

const SMALL = { format: 'csv', limit: 3 }
/** Takes seconds, long enough to be caught in the act. */
const SLOW = { format: 'csv' }

test('a client of 2025-11-25 that calls start_export as a task gets the task, then its result', async () => {
  const { tools } = await mcp.client.request({ method: 'tools/list' }, ListToolsResultSchema)
  const asTasks = tools.filter(({ execution }) => execution?.taskSupport === 'optional').map(({ name }) => name)
  expect(asTasks).toEqual(['start_export'])

  const stream = mcp.client.experimental.tasks.callToolStream(
    { name: 'start_export', arguments: SMALL },
    CallToolResultSchema,
    { task: { ttl: 60_000 } },
  )
  const messages = []
  for await (const message of stream) messages.push(message)
  expect(messages[0]).toMatchObject({
    type: 'taskCreated',
    task: { status: expect.stringMatching(/working|completed/), ttl: null, pollInterval: 2000 },
  })
  const last = messages.at(-1)
  if (last?.type !== 'result') throw new Error(`the task ended with ${JSON.stringify(last)}`)
  const output = StartExportOutput.parse(last.result.structuredContent)
  expect(output.export).toMatchObject({ state: 'completed', result: { rows: 3 } })
  expect(last.result).toMatchObject({
    isError: false,
    _meta: { 'io.modelcontextprotocol/related-task': { taskId: output.job_id } },
  })
  // The same export, by the tools that everybody has.
  expect(await mcp.exportStatus(output.job_id)).toEqual(output.export)
})

test('tasks of 2025-11-25 are cancelled, and what is wrong is told', async () => {
  const { tasks } = mcp.client.experimental
  const jobId = await mcp.startExport(SLOW)
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('active'))
  expect(await tasks.getTask(jobId)).toMatchObject({
    status: 'working',
    statusMessage: expect.stringContaining('active'),
  })
  expect(await tasks.cancelTask(jobId)).toMatchObject({ taskId: jobId, status: 'cancelled' })
  await eventually(async () => expect((await mcp.exportStatus(jobId)).state).toBe('completed'))
  expect(await tasks.getTask(jobId)).toMatchObject({ status: 'cancelled' })
  await expect(tasks.cancelTask(jobId)).rejects.toThrow('The task is over')
  await expect(tasks.getTask(crypto.randomUUID())).rejects.toThrow('Job not found')

  const asTask = async (name: string, args: object) => {
    const params = { name, arguments: args, task: {} }
    const answer = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    })
    return (await answer.json()) as { error: { code: number; message: string } }
  }
  expect(await asTask('list_datasets', {})).toMatchObject({ error: { code: -32_601 } })
  expect((await asTask('start_export', { format: 'pdf' })).error.message).toContain('Wrong arguments for start_export')
})

test('who waits for the result of a task that nobody works on is answered when it is cancelled', async () => {
  const { tasks } = mcp.client.experimental
  await mcp.call('pause_queue', { queue: 'exports' })
  const jobId = await mcp.startExport(SMALL)
  const waiting = tasks.getTaskResult(jobId, CallToolResultSchema).catch((error: Error) => error.message)
  expect(await tasks.getTask(jobId)).toMatchObject({ status: 'working' })
  expect(await tasks.cancelTask(jobId)).toMatchObject({ status: 'cancelled' })
  expect(await waiting).toContain('The task has no result: The export was cancelled.')
  expect(await tasks.getTask(jobId)).toMatchObject({ status: 'cancelled' })
  await expect(tasks.getTaskResult(jobId, CallToolResultSchema)).rejects.toThrow('The export was cancelled.')
  await expect(tasks.cancelTask(jobId)).rejects.toThrow('The task is over')
  await mcp.call('resume_queue', { queue: 'exports' })
})

test('an export that fails is a task that is completed with the reason', async () => {
  const { tasks } = mcp.client.experimental
  const jobId = await mcp.startExport({ format: 'csv', limit: 1 })
  await mcp.finishedExport(jobId)
  const failed = await failingExport()
  expect(await tasks.getTask(failed)).toMatchObject({
    status: 'completed',
    statusMessage: expect.stringContaining('export job'),
  })
  const result = await tasks.getTaskResult(failed, CallToolResultSchema)
  expect(result.isError).toBe(true)
  expect(StartExportOutput.parse(result.structuredContent).export?.fail_reason).toContain('This is no export job')
})

/** A job that somebody has put on the queue by hand, with a mistake. */
async function failingExport() {
  const response = await fetch(`${server.url}/admin/queues/api/queues/exports/add`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'export', data: { dataset: 'numbers', format: 'pdf' }, options: {} }),
  })
  const { job } = (await response.json()) as { job: { id: string } }
  await eventually(async () => expect((await mcp.exportStatus(job.id)).state).toBe('failed'))
  return job.id
}

const VERSION = '2026-07-28'
const EXTENSION = { 'io.modelcontextprotocol/tasks': {} }
const framing = {
  protocolVersion: VERSION,
  clientInfo: { name: 'test', version: '1' },
  clientCapabilities: { extensions: EXTENSION },
}
const seen: unknown[] = []

/** Sends what the extension's client asks; the SDK's own takes a task for a broken result. */
const rawDispatch: RawClientDispatch = async (request) => {
  const { method, params = {} } = request as { method: string; params?: Record<string, unknown> }
  const name = String(params['name'] ?? params['taskId'] ?? '')
  const answer = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...(request as object) }),
  })
  const { result, error } = (await answer.json()) as { result?: never; error?: never }
  seen.push({ method, result, error })
  return error ? { kind: 'error', error } : { kind: 'result', result: result as never }
}

async function openTasks() {
  const client = new Modern(framing.clientInfo, {
    versionNegotiation: { mode: { pin: VERSION } },
    capabilities: framing.clientCapabilities,
  })
  await client.connect(new ModernHttp(new URL('/mcp', server.url)))
  const session = createTaskSessionFromClient(client, { endpointId: 'test', rawDispatch, v2RequestFraming: framing })
  return {
    session,
    async [Symbol.asyncDispose]() {
      await session.close()
      await client.close()
    },
  }
}

test('a client that declares the extension of 2026-07-28 gets a task and follows it; done at once, the result', async () => {
  await using opened = await openTasks()
  const { session } = opened
  const execution = await session.callTool('start_export', { format: 'ndjson', limit: 200_000 })
  expect(execution.kind).toBe('task')
  const { outcome } = await execution.settle()
  if (outcome.status !== 'completed')
    throw new Error(`the task is ${outcome.status}`, { cause: 'error' in outcome && outcome.error })
  const output = StartExportOutput.parse((outcome.result as { structuredContent: unknown }).structuredContent)
  expect(output.export).toMatchObject({ state: 'completed', result: { rows: 200_000 } })
  expect(execution.handle?.taskId).toBe(output.job_id)
  const answers = seen as { method: string; result: object }[]
  const got = answers.filter(({ method }) => method === 'tasks/get')
  expect(got.length).toBeGreaterThan(0)
  for (const { result } of got) expect(isDetailedTaskV2(result)).toBe(true)

  const quick = await session.callTool('start_export', { ...SMALL, wait_ms: 5000 })
  expect(quick.kind).toBe('immediate')
  const refused = await session.callTool('start_export', { format: 'pdf' })
  expect((await refused.settle()).outcome).toMatchObject({ status: 'completed', result: { isError: true } })
})

test('a task of 2026-07-28 is cancelled', async () => {
  await using opened = await openTasks()
  const execution = await opened.session.callTool('start_export', SLOW)
  await execution.cancel()
  const taskId = execution.handle?.taskId ?? ''
  await eventually(async () =>
    expect(await mcp.exportStatus(taskId)).toMatchObject({ state: 'completed', cancelled: true, result: null }),
  )
  await opened.session.cancelTask(taskId as never).catch(() => undefined)
})

test('a client that has not declared the extension hears nothing of tasks, and may not ask for them', async () => {
  const ask = async (method: string, params: Record<string, unknown>, capabilities: object) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': framing.clientInfo,
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    }
    const answer = await rawDispatch({ method, params: { ...params, _meta } } as never)
    return answer.kind === 'error' ? answer.error : answer.result
  }
  const started = await ask('tools/call', { name: 'start_export', arguments: SMALL }, {})
  expect(started).toMatchObject({ resultType: 'complete', structuredContent: { status: 'queued' } })
  const { job_id: taskId } = StartExportOutput.parse((started as { structuredContent: unknown }).structuredContent)
  expect(await ask('tasks/get', { taskId }, {})).toMatchObject({ code: -32_021 })
  const declared = { extensions: EXTENSION }
  expect(await ask('tasks/get', { taskId }, declared)).toMatchObject({ resultType: 'complete', taskId })
  expect(await ask('tasks/get', { taskId: 'x' }, declared)).toMatchObject({ code: -32_602 })
  expect(await ask('tasks/update', { taskId, inputResponses: {} }, declared)).toMatchObject({ code: -32_602 })
})
