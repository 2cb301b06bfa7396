import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { HealthReport, ProbeResult, type Check } from '@queue-ops/server/contract'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { asUnknown, runProbe, type RunOptions } from './run.ts'
import { StepFailure } from './failure.ts'
import { steps } from './steps/list.ts'
import type { Step } from './steps/step.ts'
import type { Target } from './target.ts'
import { readInvocation } from './invocation.ts'

const worker: Check = {
  name: 'worker_running',
  ok: true,
  status: 'pass',
  message: 'One consumer.',
  running: true,
  consumers: 1,
}
const others: Check[] = [
  { name: 'dlq_depth', ok: true, status: 'pass', message: 'None.', count: 0, limit: 50 },
  { name: 'queue_depth', ok: true, status: 'pass', message: 'Little.', active: 1, waiting: 2, limit: 1000 },
]
const stopped: Check = { ...worker, ok: false, status: 'fail', message: 'No consumer.', running: false, consumers: 0 }

const healthy: HealthReport = {
  healthy: true,
  status: 'operational',
  summary: 'All is well.',
  queue: 'exports',
  observed_at: '2026-11-23T04:20:36Z',
  checks: [worker, ...others],
}
const unhealthy: HealthReport = { ...healthy, healthy: false, status: 'down', checks: [stopped, ...others] }

const open: (Server | TcpServer)[] = []

async function closeServers(): Promise<void> {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

afterEach(closeServers)

async function listen(server: Server | TcpServer): Promise<string> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

function httpServer(listener: RequestListener): Promise<string> {
  return listen(createServer(listener))
}

const agentTools = ['start_export', 'get_export_status']

interface McpOptions {
  name?: string
  tools?: string[]
  withOutputSchema?: boolean
  healthCheck: () => CallToolResult | Promise<CallToolResult>
}

function mcpServer({ name = 'queue-ops', tools = agentTools, withOutputSchema = false, healthCheck }: McpOptions) {
  const server = new McpServer({ name, version: '0' })
  for (const name of tools) server.registerTool(name, {}, () => ({ content: [] }))
  server.registerTool('health_check', withOutputSchema ? { outputSchema: HealthReport.shape } : {}, healthCheck)
  return server
}

/** An MCP endpoint that makes a server for every request, as a stateless one does. */
function statelessMcp(options: McpOptions): Promise<string> {
  return httpServer(async (request, response) => {
    const server = mcpServer(options)
    const transport = new StreamableHTTPServerTransport()
    await server.connect(transport as Transport)
    await transport.handleRequest(request, response)
  })
}

function answer(report: HealthReport): CallToolResult {
  return {
    content: [{ type: 'text', text: report.summary }],
    structuredContent: report,
    ...(report.healthy ? {} : { isError: true }),
  }
}

function targetAt(url: string, ...flags: string[]): Target {
  const invocation = readInvocation(['--url', url, ...flags], {})
  const [target] = invocation.kind === 'run' ? invocation.config.targets : []
  if (target === undefined) throw new Error(`not a URL: ${url}`)
  return target
}

async function probe(url: string, changes: Partial<RunOptions> = {}, ...flags: string[]): Promise<ProbeResult> {
  const result = await runProbe({
    target: targetAt(url, ...flags),
    steps,
    version: '0',
    clock: systemClock,
    stop: new AbortController().signal,
    isCanaryDue: true,
    trace: null,
    sleep: async () => undefined,
    random: () => 0.5,
    ...changes,
  })
  expect(ProbeResult.strict().parse(result)).toEqual(result)
  expect(result.message).not.toMatch(/\n|\bat .*:\d+:\d+/)
  return result
}

describe('a server that answers', () => {
  test('healthy: passes with every step and the numbers of the queue', async () => {
    const url = await statelessMcp({ withOutputSchema: true, healthCheck: () => answer(healthy) })
    const result = await probe(url)
    expect(result).toMatchObject({
      schema: 2,
      target: url,
      status: 'pass',
      exit_code: 0,
      message: 'exports: operational, 0 dead letters, 1 consumer',
      failed_step: null,
      dead_letters: 0,
      consumer_running: true,
      consumers: 1,
      active: 1,
      waiting: 2,
    })
    expect(result.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['connect', true],
      ['handshake', true],
      ['tools_list', true],
      ['health_check', true],
    ])
  })

  test('degraded: warns', async () => {
    const url = await statelessMcp({
      healthCheck: () => answer({ ...healthy, status: 'degraded', summary: 'Jobs are slow.' }),
    })
    expect(await probe(url)).toMatchObject({
      status: 'warn',
      exit_code: 1,
      message: 'exports: Jobs are slow.',
      failed_step: null,
      consumers: 1,
    })
  })

  test('unhealthy, marked as an error: fails with the words of the failing check', async () => {
    const url = await statelessMcp({ withOutputSchema: true, healthCheck: () => answer(unhealthy) })
    expect(await probe(url)).toMatchObject({
      status: 'fail',
      exit_code: 2,
      message: 'exports: worker_running: No consumer',
      failed_step: 'health_check',
      consumer_running: false,
      consumers: 0,
    })
  })

  test('only text: the JSON in it is the report', async () => {
    const text = JSON.stringify(healthy)
    const url = await statelessMcp({
      healthCheck: () => ({
        content: [
          { type: 'text', text: 'All is well.' },
          { type: 'text', text },
        ],
      }),
    })
    expect(await probe(url)).toMatchObject({ status: 'pass', dead_letters: 0 })
  })

  test('a tool is missing: fails, names it, and asks how the queue is all the same', async () => {
    const url = await statelessMcp({ tools: ['start_export'], healthCheck: () => answer(healthy) })
    const result = await probe(url)
    expect(result).toMatchObject({
      status: 'fail',
      reason: 'tool_missing',
      failed_step: 'tools_list',
      message: `${url} tools_list: does not offer get_export_status`,
      dead_letters: 0,
    })
    expect(result.steps.map(({ ok }) => ok)).toEqual([true, true, false, true])
  })

  test('a tool is missing and the queue is ill: the queue is the reason, the tool is told too', async () => {
    const url = await statelessMcp({ tools: ['start_export'], healthCheck: () => answer(unhealthy) })
    expect(await probe(url)).toMatchObject({
      status: 'fail',
      reason: 'unhealthy',
      failed_step: 'health_check',
      message: `exports: worker_running: No consumer; also ${url} tools_list: does not offer get_export_status`,
    })
  })

  test('a server of somebody else owes health_check only', async () => {
    const url = await statelessMcp({ name: 'theirs', tools: [], healthCheck: () => answer(healthy) })
    expect(await probe(url)).toMatchObject({ status: 'pass' })
  })

  test('the tool throws: fails with its words', async () => {
    const url = await statelessMcp({
      healthCheck: () => {
        throw new Error('redis\nis away')
      },
    })
    const message = `${url} health_check: reported an error: redis is away`
    expect(await probe(url)).toMatchObject({ status: 'fail', failed_step: 'health_check', message })
  })

  test.each<[string, CallToolResult, string]>([
    ['words', { content: [{ type: 'text', text: 'I am fine' }] }, 'answered no health report: I am fine'],
    ['nothing', { content: [] }, 'answered no health report'],
    [
      'another object',
      { content: [], structuredContent: { ...healthy, status: 'green' } },
      'answered something that is not a health report (wrong: status)',
    ],
  ])('%s instead of a report: fails', async (_, result, sentence) => {
    const url = await statelessMcp({ healthCheck: () => result })
    expect(await probe(url)).toMatchObject({
      status: 'fail',
      exit_code: 2,
      message: `${url} health_check: ${sentence}`,
    })
  })

  test('the tool never answers: fails at the deadline', async () => {
    const url = await statelessMcp({ healthCheck: () => new Promise<never>(() => {}) })
    expect(await probe(url, {}, '--timeout', '200')).toMatchObject({
      status: 'fail',
      failed_step: 'health_check',
      message: `${url} health_check: no answer within 200 ms`,
    })
  })

  test('a session is ended on the server after the run', async () => {
    const ended: string[] = []
    const server = mcpServer({ healthCheck: () => answer(healthy) })
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessionclosed: (id) => void ended.push(id),
    })
    await server.connect(transport as Transport)
    const url = await httpServer((request, response) => void transport.handleRequest(request, response))
    expect(await probe(url)).toMatchObject({ status: 'pass' })
    expect(ended).toEqual([transport.sessionId])
  })

  test('user info of the URL is sent as Basic credentials and not shown', async () => {
    let authorization: string | undefined
    const url = await httpServer((request, response) => {
      authorization ??= request.headers.authorization
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"Ask for the scope."}')
    })
    const result = await probe(`${url.replace('http://', 'http://anna:secret@')}?key=hidden`)
    expect(authorization).toBe(`Basic ${Buffer.from('anna:secret').toString('base64')}`)
    expect(result).toMatchObject({ target: url, message: `${url} handshake: HTTP 403 Forbidden: Ask for the scope.` })
    expect(JSON.stringify(result)).not.toMatch(/secret|hidden/)
  })
})

describe('a target that is no such server', () => {
  const html = '<!doctype html><title>Welcome</title>'

  test.each([
    [
      'HTML',
      'not_mcp',
      200,
      'text/html',
      html,
      'answered something that is not MCP: Unexpected content type: text/html',
    ],
    ['other JSON', 'not_mcp', 200, 'application/json', '{"hello":"world"}', 'answered something that is not MCP'],
    ['broken JSON', 'not_mcp', 200, 'application/json', html, 'answered something that is not JSON'],
    ['401', 'refused', 401, 'text/plain', '', 'HTTP 401 Unauthorized'],
    ['404 with a page', 'not_mcp', 404, 'text/html', html, 'HTTP 404 Not Found'],
    [
      '400 in JSON-RPC',
      'protocol_error',
      400,
      'application/json',
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No"}}',
      'HTTP 400 Bad Request: No',
    ],
    ['503 in words', 'unreachable', 503, 'text/plain', 'try\nlater', 'HTTP 503 Service Unavailable: try later'],
  ])('%s: fails at the handshake as %s', async (_, reason, status, type, body, sentence) => {
    const url = await httpServer((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    const result = await probe(url)
    expect(result).toMatchObject({
      status: 'fail',
      exit_code: 2,
      reason,
      failed_step: 'handshake',
      message: `${url} handshake: ${sentence}`,
    })
    expect(result.steps.map(({ name }) => name)).toEqual(['connect', 'handshake'])
  })

  test('refuses the connection: fails', async () => {
    const url = await httpServer(() => {})
    await closeServers()
    expect(await probe(url)).toMatchObject({
      status: 'fail',
      exit_code: 2,
      reason: 'unreachable',
      failed_step: 'connect',
      message: `${url} connect: connection refused (ECONNREFUSED)`,
    })
  })

  test('does not speak TLS: fails', async () => {
    const url = (await httpServer(() => {})).replace('http:', 'https:')
    expect(await probe(url)).toMatchObject({
      status: 'fail',
      message: `${url} tls: does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)`,
    })
  })

  test('closes the connection: fails', async () => {
    const url = await listen(createTcpServer((socket) => void socket.once('data', () => socket.destroy())))
    const result = await probe(url)
    expect(result.status).toBe('fail')
    expect(result.message).toContain('handshake: connection closed by the target')
  })

  test('does not speak HTTP: fails', async () => {
    const url = await listen(createTcpServer((socket) => void socket.resume().end('-ERR unknown command\r\n')))
    const result = await probe(url)
    expect(result).toMatchObject({ status: 'fail', failed_step: 'handshake' })
    expect(result.message).toContain('handshake: answered something that is not HTTP')
  })

  test('accepts and never answers: fails at the deadline and lets go of the connection', async () => {
    const { promise: letGo, resolve } = Promise.withResolvers<void>()
    const url = await listen(
      createTcpServer((socket) => {
        socket.resume().on('error', () => {})
        socket.once('close', () => resolve())
      }),
    )
    expect(await probe(url, {}, '--timeout', '200')).toMatchObject({
      status: 'fail',
      exit_code: 2,
      failed_step: 'handshake',
      message: `${url} handshake: no answer within 200 ms`,
    })
    await letGo
  })
})

describe('the run itself', () => {
  /** A step that takes so long by a clock that only such steps move. */
  const lasting = (clock: { ms: number }, name: Step['name'], ms: number): Step => ({
    name,
    isRepeatable: true,
    applies: () => true,
    ask: async () => {
      clock.ms += ms
      return undefined
    },
  })

  test('all steps together have a deadline too', async () => {
    const moved = { ms: 0 }
    const clock = { now: () => new Date(0), elapsed: () => moved.ms }
    const target = { ...targetAt('http://127.0.0.1:1/'), name: 'a' }
    const lastings = [lasting(moved, 'connect', 900), lasting(moved, 'handshake', 200), lasting(moved, 'tools_list', 1)]
    const timeouts = { ...target.timeouts, totalMs: 1000 }
    const result = await probe('http://127.0.0.1:1/', { clock, steps: lastings, target: { ...target, timeouts } })
    expect(result).toMatchObject({
      status: 'fail',
      reason: 'timeout',
      failed_step: 'tools_list',
      message: 'a tools_list: the 1000 ms of the whole run were used up before it',
      duration_ms: 1100,
    })
  })

  test('what a step asks for is tried again only where it may be, and only so often', async () => {
    let asked = 0
    const step: Step = {
      name: 'connect',
      isRepeatable: true,
      applies: () => true,
      ask: () => {
        asked++
        throw new StepFailure('unreachable', 'nobody is there')
      },
    }
    const target = { ...targetAt('http://127.0.0.1:1/'), retries: 2 }
    expect(await probe('http://127.0.0.1:1/', { steps: [step], target })).toMatchObject({ reason: 'unreachable' })
    expect(asked).toBe(3)
    await probe('http://127.0.0.1:1/', { steps: [{ ...step, isRepeatable: false }], target })
    expect(asked).toBe(4)
  })

  test('stopped in the middle: unknown, at once', async () => {
    const stopping = new AbortController()
    const url = await httpServer(() => stopping.abort())
    expect(await probe(url, { stop: stopping.signal }, '--timeout', '60000')).toMatchObject({
      status: 'unknown',
      exit_code: 3,
      failed_step: null,
      message: `${url} handshake: stopped before it ended`,
      steps: [{ name: 'connect', ok: true }],
    })
  })

  test('stopped before it begins: unknown', async () => {
    expect(await probe('http://127.0.0.1:1/', { stop: AbortSignal.abort() })).toMatchObject({ status: 'unknown' })
  })

  test('a result that the probe could not deliver becomes unknown and keeps what was seen', async () => {
    const url = await statelessMcp({ healthCheck: () => answer(unhealthy) })
    const result = asUnknown(await probe(url), 'results file x cannot be written: disk full')
    expect(result).toMatchObject({ status: 'unknown', exit_code: 3, consumers: 0 })
    expect(result.message).toMatch(/^results file x cannot be written: disk full; seen before: fail: exports: /)
  })
})
