import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareEnvironment, serverProgram, temporaryFolder } from './support/program.ts'

type Message = Record<string, unknown>

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ChildProcess
const waiting = new Map<unknown, (message: Message) => void>()

beforeAll(async () => {
  folder = await temporaryFolder()
  server = spawn(process.execPath, [serverProgram, 'mcp'], {
    env: { ...bareEnvironment(), DATA_DIR: folder.path, ROLE: 'server' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  if (!server.stdout) throw new Error('the server has no output')
  createInterface(server.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message
    waiting.get(message['id'])?.(message)
  })
})
afterAll(async () => {
  server?.kill('SIGKILL')
  await folder?.[Symbol.asyncDispose]()
})

/** Sends a line and waits for the message with this id. */
function ask(line: string, id: unknown): Promise<Message> {
  const { promise, resolve } = Promise.withResolvers<Message>()
  waiting.set(id, resolve)
  server.stdin?.write(`${line}\n`)
  return promise
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}
let ids = 0
function request(method: string, params: Message = {}): Promise<Message> {
  const id = ++ids
  return ask(JSON.stringify({ jsonrpc: '2.0', id, method, params }), id)
}
const modern = (method: string, params: Message = {}) => request(method, { ...params, _meta: envelope })

test('a client may ask by the newer version first and go on by the older, and the other way round', async () => {
  expect(await modern('server/discover')).toMatchObject({ result: { supportedVersions: ['2026-07-28'] } })
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  expect(await request('initialize', hello)).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  const older = await request('tools/list')
  const newer = await modern('tools/list')
  expect(older['result']).not.toHaveProperty('resultType')
  expect(newer).toMatchObject({ result: { resultType: 'complete', ttlMs: 300_000 } })
  // Only the older era tells which tools may be called as tasks.
  expect((older['result'] as Message)['tools']).toMatchObject((newer['result'] as Message)['tools'] as object[])
  expect(await request('ping')).toMatchObject({ result: {} })
  expect(await modern('ping')).toMatchObject({ error: { code: -32_601 } })
})

test('wrong calls are told as over HTTP', async () => {
  for (const send of [request, modern]) {
    expect(await send('tools/call', { name: 'drop' })).toMatchObject({
      error: { code: -32_602, message: expect.stringMatching(/^There is no tool "drop"; the tools are: start_export/) },
    })
    expect(await send('tools/call', { name: 5 })).toMatchObject({ error: { code: -32_602 } })
    const answer = await send('tools/call', { name: 'get_export_status', arguments: { job_id: 'x' } })
    expect(answer).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringMatching(/^{"error":"Job not found: /) }] },
    })
  }
})

test.each([
  ['{"jsonrpc"', -32_700],
  ['{"hello":"world"}', -32_600],
  ['[]', -32_600],
  [`{"jsonrpc":"2.0","id":1,"result":{"x":${'['.repeat(100)}${']'.repeat(100)}}}`, -32_600],
])('a line that is no message is answered: %s', async (line, code) => {
  expect(await ask(line, null)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } })
})

test('it ends by itself when its client closes the connection, and first answers who waits for a job', async () => {
  const started = await request('tools/call', { name: 'start_export', arguments: { format: 'csv' } })
  const { job_id: jobId } = (started['result'] as { structuredContent: { job_id: string } }).structuredContent
  const task = request('tasks/result', { taskId: jobId })
  const tool = modern('tools/call', { name: 'wait_for_export', arguments: { job_id: jobId, timeout_s: 55 } })
  // Both wait by now.
  await request('tools/call', { name: 'get_export_status', arguments: { job_id: jobId } })
  const exited = once(server, 'exit')
  server.stdin?.end()
  await exited
  expect(server.exitCode).toBe(0)
  expect(await task).toMatchObject({ error: { message: 'The task has no result: The export is waiting.' } })
  expect(await tool).toMatchObject({ result: { structuredContent: { job_id: jobId, state: 'waiting' } } })
})
