import type { RequestListener } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveExcept, serveHttp } from '../support/http-servers.ts'
import { answered, legacyMcp, modernMcp, type Tool } from '../support/mcp-servers.ts'
import { probeOne } from '../support/probe.ts'
import { probeProgram, runProgram, temporaryFolder } from '../support/program.ts'

/** What a step is given that is never answered; the steps before it have to be through by then, also on a busy machine. */
const HANGING_STEP_MS = 4000
/** Where every step is answered. */
const ANSWERED_STEP_MS = 60_000
const tools: Record<string, Tool> = { health_check: () => answered({ healthy: true }) }

const healthy = legacyMcp('theirs', tools)
const modern = modernMcp('theirs', tools, 'reject')

const silent: RequestListener = () => undefined
const html: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>')
}
const unauthorized: RequestListener = (_, response) => {
  response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
}
/** An answer that never ends, a byte now and then. */
const dripping: RequestListener = async (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  while (!response.destroyed) {
    response.write(' ')
    await pause(50)
  }
}

/** More than anybody would read. */
const flooding: RequestListener = async (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('"')
  const much = 'x'.repeat(1_000_000)
  while (!response.destroyed) {
    if (!response.write(much)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}
const elsewhere: RequestListener = (_, response) => {
  response.writeHead(302, { location: 'http://127.0.0.1:1/login' }).end()
}

interface Fault {
  behind: RequestListener
  methods?: string[]
  instead?: RequestListener
  reason: string
  failed_step: string
}

const faults: Record<string, Fault> = {
  'HTML instead of JSON': { behind: html, reason: 'not_mcp', failed_step: 'handshake' },
  '401': { behind: unauthorized, reason: 'refused', failed_step: 'handshake' },
  silent: { behind: silent, reason: 'timeout', failed_step: 'handshake' },
  'endlessly slow': { behind: dripping, reason: 'timeout', failed_step: 'handshake' },
  flooding: { behind: flooding, reason: 'not_mcp', failed_step: 'handshake' },
  'redirecting to elsewhere': { behind: elsewhere, reason: 'not_mcp', failed_step: 'handshake' },
  'wedged after initialize': {
    behind: healthy,
    methods: ['tools/list', 'tools/call'],
    instead: silent,
    reason: 'timeout',
    failed_step: 'tools_list',
  },
  'modern and wedged': {
    behind: modern,
    methods: ['tools/list'],
    instead: silent,
    reason: 'timeout',
    failed_step: 'tools_list',
  },
  'hanging in tools/call only': {
    behind: healthy,
    methods: ['tools/call'],
    instead: silent,
    reason: 'timeout',
    failed_step: 'health_check',
  },
  'endlessly slow in tools/call': {
    behind: modern,
    methods: ['tools/call'],
    instead: dripping,
    reason: 'timeout',
    failed_step: 'health_check',
  },
  'HTML later on': {
    behind: healthy,
    methods: ['tools/list'],
    instead: html,
    reason: 'not_mcp',
    failed_step: 'tools_list',
  },
  '401 later on': {
    behind: modern,
    methods: ['tools/call'],
    instead: unauthorized,
    reason: 'refused',
    failed_step: 'health_check',
  },
  'without tools': { behind: legacyMcp('theirs', {}), reason: 'tool_missing', failed_step: 'tools_list' },
  'without health_check': {
    behind: legacyMcp('theirs', { other: () => answered({}) }),
    reason: 'tool_missing',
    failed_step: 'tools_list',
  },
  'Queue Ops with a verdict that is no report': {
    behind: legacyMcp('queue-ops', tools),
    reason: 'no_report',
    failed_step: 'health_check',
  },
}

test.concurrent.each(Object.entries(faults))('%s: one reason, one sentence, in time', async (_, fault) => {
  const { behind, methods = [], instead = silent, reason, failed_step } = fault
  const stepMs = reason === 'timeout' ? HANGING_STEP_MS : ANSWERED_STEP_MS
  await using real = await serveHttp(behind)
  await using server = await serveExcept(real.url, methods, instead)
  // What is never passed on needs no server before it.
  const { code, result } = await probeOne([
    '--url',
    methods.length === 0 ? real.url : server.url,
    '--timeout',
    String(stepMs),
  ])
  expect(code).toBe(2)
  expect(result).toMatchObject({ status: 'fail', reason, failed_step })
  expect(result.message).not.toMatch(/<|\n|undefined|\[object/)
  // It has given the target its time, and no more: the message names it.
  const [least, sentence] = reason === 'timeout' ? [stepMs * 0.9, /no answer (within \d+ ms|in time)$/] : [0, /./]
  expect(result.steps.find(({ ok }) => !ok)?.duration_ms).toBeGreaterThanOrEqual(least)
  expect(result.message).toMatch(sentence)
})

test.each([
  [{ healthy: true }, 'pass', null],
  [{ healthy: false, message: 'No workers.' }, 'fail', 'unhealthy'],
  [{ status: 'UP' }, 'pass', null],
  [{ status: 'degraded' }, 'warn', 'degraded'],
  [{ ok: true, status: 'down' }, 'fail', 'unhealthy'],
])('a foreign server that answers %j', async (report, status, reason) => {
  await using server = await serveHttp(legacyMcp('theirs', { health_check: () => answered(report) }))
  expect((await probeOne(['--url', server.url])).result).toMatchObject({ status, reason })
})

test('a step is tried again when asked for, and only when nobody answered', async () => {
  await using real = await serveHttp(healthy)
  let lists = 0
  const flaky: RequestListener = async (_, response) => {
    if (lists++ % 2 === 0) response.destroy()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(toolsAnswer)
  }
  // The probe's own numbering: the second request after initialize, or the third when it asks again.
  const toolsAnswer = JSON.stringify({
    jsonrpc: '2.0',
    id: 2,
    result: { tools: [{ name: 'health_check', inputSchema: { type: 'object' } }] },
  })
  await using server = await serveExcept(real.url, ['tools/list'], flaky)
  const once = await probeOne(['--url', server.url])
  expect(once.result).toMatchObject({ reason: 'unreachable', failed_step: 'tools_list' })
  lists = 0
  expect(await probeOne(['--url', server.url, '--retries', '1'])).toMatchObject({ code: 0 })
  expect(lists).toBe(2)

  let refused = 0
  await using refusing = await serveHttp((request, response) => {
    refused++
    unauthorized(request, response)
  })
  await probeOne(['--url', refusing.url, '--era', 'legacy', '--retries', '3'])
  expect(refused).toBe(1)
})

test.concurrent('a stdio server that answers nothing and does not let itself be ended is ended', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'pid')
  const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)
    require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid))`
  const { code, result } = await probeOne(['--timeout', '2000', '--', process.execPath, '-e', stubborn])
  expect(code).toBe(2)
  expect(result).toMatchObject({ reason: 'timeout', failed_step: 'handshake' })
  const pid = Number(await readFile(file, 'utf8'))
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
})

test('--debug tells every step and every message, and no secret', async () => {
  await using server = await serveHttp(healthy)
  const url = server.url.replace('http://', 'http://anna:geheim@')
  const { stdout, stderr } = await runProgram(probeProgram, ['--url', `${url}?key=geheim`, '--once', '--debug'])
  expect(stdout).toMatch(/^OK /)
  for (const step of ['connect', 'handshake', 'tools_list', 'health_check']) {
    expect(stderr).toMatch(new RegExp(`= ${step} pass after [\\d.]+ ms`))
  }
  expect(stderr).toContain('authorization: ***')
  expect(stderr).toMatch(/> \{.*"method":"tools\/call"/)
  expect(stderr).toMatch(/< 200 \[/)
  expect(stderr).not.toContain('geheim')
  expect(stderr).not.toContain(Buffer.from('anna:geheim').toString('base64'))
})
