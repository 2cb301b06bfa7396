import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { ExportFormat } from '@queue-ops/server/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis, type TestRedis } from './support/redis.ts'

let redis: TestRedis
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program

beforeAll(async () => {
  redis = await startRedis()
  folder = await temporaryFolder()
  program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, PUBLIC_URL: 'https://queue.example' })
})
afterAll(async () => {
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
})

const call = (name: string, args: unknown = {}, params: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args, ...params },
})

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${program.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}

test('a body that is not JSON is a parse error of the protocol', async () => {
  const { status, type, text } = await post('{"jsonrpc"')
  expect(status).toBe(400)
  expect(type).toContain('application/json')
  expect(JSON.parse(text)).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32_700, message: 'The body is not valid JSON.' },
  })
})

test('a body over 1 MiB is refused without being read as a call', async () => {
  const { status, text } = await post(call('start_export', { format: 'csv', dataset: 'x'.repeat(2 ** 20) }))
  expect(status).toBe(413)
  expect(JSON.parse(text)).toMatchObject({
    error: { code: -32_600, message: 'The body is larger than 1048576 bytes.' },
  })
})

test('a body of another type is refused in the protocol too', async () => {
  const { status, text } = await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' })
  expect(status).toBe(415)
  expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { message: expect.any(String) } })
})

for (const method of ['GET', 'DELETE']) {
  test(`${method} without a session is not allowed`, async () => {
    const response = await fetch(`${program.url}/mcp`, { method, headers: { accept: 'text/event-stream' } })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('DELETE, GET, POST')
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32_000 } })
  })
}

test('a call that asks for no progress is answered in plain JSON, whatever the client accepts besides', async () => {
  for (const accept of ['application/json', 'application/json, text/event-stream', '*/*']) {
    const { status, type, text } = await post(call('list_datasets'), { accept })
    expect({ accept, status, type }).toEqual({ accept, status: 200, type: 'application/json' })
    expect(JSON.parse(text)).toMatchObject({ id: 1, result: { isError: false } })
  }
})

test('a call that asks for progress, or a client that reads only streams, is answered by an event stream', async () => {
  const withToken = call('list_datasets', {}, { _meta: { progressToken: 'p1' } })
  for (const answer of [await post(withToken), await post(call('list_datasets'), { accept: 'text/event-stream' })]) {
    expect(answer).toMatchObject({ status: 200, type: 'text/event-stream' })
    const data = answer.text.split('\n').find((line) => line.startsWith('data: ')) ?? ''
    expect(JSON.parse(data.slice('data: '.length))).toMatchObject({ id: 1, result: { isError: false } })
  }
})

test('a call needs neither session nor initialize', async () => {
  const { text } = await post(call('health_check'))
  expect(JSON.parse(text)).toMatchObject({ result: { structuredContent: { queue: 'exports' } } })
})

const origins: Record<string, number> = {
  'http://evil.example': 403,
  null: 403,
  'http://localhost:5173': 200,
  'https://queue.example': 200,
  'http://queue.example.evil.example': 403,
}
for (const [origin, expected] of Object.entries(origins)) {
  test(`a request from origin ${origin} is answered with ${expected}`, async () => {
    const { status } = await post(call('list_datasets'), { origin })
    expect(status).toBe(expected)
  })
}

test('a request for a host that is not ours is refused, on every address', async () => {
  for (const path of ['/mcp', '/', '/api/status', '/admin/queues', '/livez']) {
    expect(await statusForHost('rebound.example', path)).toBe(403)
    expect(await statusForHost('', path)).toBe(403)
  }
  expect(await statusForHost('queue.example', '/livez')).toBe(200)
  expect(await statusForHost('localhost:1', '/livez')).toBe(200)
})

/** fetch does not let a test choose the Host. */
function statusForHost(host: string, path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const { hostname, port } = new URL(program.url)
  const socket = connect(Number(port), hostname, () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  })
  socket.on('error', reject)
  socket.setEncoding('utf8').once('data', (data: string) => {
    socket.destroy()
    resolve(Number(data.split(' ')[1]))
  })
  return promise
}

test('wrong calls get one sentence that tells what to do', async () => {
  await using mcp = await connectHttp(program.url)
  const wrong: [string, unknown, string][] = [
    ['start_export', {}, 'format'],
    ['start_export', { format: 'pdf' }, ExportFormat.options.map((format) => `"${format}"`).join('|')],
    ['start_export', { format: 'csv', dataset: 'nothing' }, 'There is no dataset "nothing"; the datasets are: cities.'],
    [
      'start_export',
      { format: 'csv', filters: { land: 'NL' } },
      'has no column "land"; its columns are: id, name, country',
    ],
    ['start_export', { format: 'csv', filters: { country: ['NL'] } }, 'Filter "country" (text) is a list'],
    ['start_export', { format: 'csv', filters: { country: { like: 'N%' } } }, 'has no test "like"; its tests are: eq'],
    ['start_export', { format: 'csv', filters: ['NL'] }, 'filters'],
    ['list_datasets', { cursor: 'x' }, 'cursor'],
    ['start_export', { format: 'csv', rows: 3 }, 'rows'],
    ['start_export', { format: 'csv', filters: { id: 2 ** 60 } }, 'needs its digits as text'],
    ['get_export_status', {}, 'job_id'],
    ['get_export_status', { job_id: '' }, 'job_id'],
  ]
  for (const [name, args, told] of wrong) {
    const answer = await mcp.call(name, args as Record<string, unknown>)
    expect(answer.isError).toBe(true)
    expect(answerText(answer)).toEqual({ error: expect.stringContaining(told) })
  }
})

test('an id that no job has is answered with "Job not found"', async () => {
  await using mcp = await connectHttp(program.url)
  for (const jobId of [
    '1',
    'no-such-job',
    '../x',
    '*',
    'a:b',
    'events',
    'meta',
    'id',
    'completed',
    'a\u0000b',
    '0aa1bcde-0000-4000-8000-000000000000',
  ]) {
    const answer = await mcp.call('get_export_status', { job_id: jobId })
    expect(answer.isError).toBe(true)
    expect(answerText(answer)).toEqual({
      error: expect.stringMatching(/^Job not found: take a job_id from list_exports/),
    })
  }
})

test('an unknown tool is an error of the protocol that names the tools', async () => {
  const { text } = await post(call('drop_tables'))
  expect(JSON.parse(text)).toMatchObject({ error: { code: -32_602, message: expect.stringContaining('start_export') } })
})

test('arguments that are no object, and a name that is no text, are invalid parameters of the protocol', async () => {
  for (const args of ['x', null, [], 7]) {
    expect(JSON.parse((await post(call('start_export', args))).text)).toMatchObject({ error: { code: -32_602 } })
  }
  const { text } = await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 5 } })
  expect(JSON.parse(text)).toMatchObject({ error: { code: -32_602 } })
})

test('a filter that validation would drop without a word is refused', async () => {
  const params = '{"name":"start_export","arguments":{"format":"csv","filters":{"__proto__":"x"}}}'
  const { text } = await post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`)
  expect(JSON.parse(text)).toMatchObject({ result: { isError: true } })
  expect(text).toContain('__proto__')
})

test('a number in a filter on a text column is compared as text', async () => {
  await using mcp = await connectHttp(program.url)
  const jobId = await mcp.startExport({ format: 'json', filters: { country: 'NL', admin_code: 11 } })
  expect((await mcp.finishedExport(jobId)).rows).toBe(175)
})

test('addresses for reading refuse everything else', async () => {
  for (const path of ['/livez', '/readyz', '/api/status', '/exports/1.csv']) {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await fetch(`${program.url}${path}`, { method })).status).toBe(405)
    }
  }
  expect((await fetch(`${program.url}/api/status/deeper`)).status).toBe(404)
})

test('a job put on the queue by hand is checked as well: no id becomes a path, no data passes unread', async () => {
  const add = async (data: unknown, options: object = {}) => {
    const response = await fetch(`${program.url}/admin/queues/api/queues/exports/add`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'export', data, options }),
    })
    return ((await response.json()) as { job: { id: string } }).job.id
  }
  const good = { dataset: 'cities', format: 'csv', filters: { country: 'MT' } }
  await using mcp = await connectHttp(program.url)
  const { rows, download_url: publicUrl } = await mcp.finishedExport(await add(good))
  expect(rows).toBeGreaterThan(0)
  expect((await fetch(publicUrl.replace('https://queue.example', program.url))).status).toBe(200)
  const before = (await mcp.health()).report.checks.find((check) => check.name === 'dlq_depth')?.count ?? 0
  await add(good, { jobId: '../../../evil' })
  await add(null)
  await add({ dataset: 'cities' })
  await eventually(async () => {
    const { report } = await mcp.health()
    expect(report.checks).toContainEqual(expect.objectContaining({ name: 'dlq_depth', count: before + 3 }))
  })
  expect(await readdir(join(folder.path, '..'))).not.toContain('evil.csv')
  expect(program.log().filter((line) => line['event'] === 'job_dead_letter')).toHaveLength(3)
})

test('filters are values, never SQL', async () => {
  await using mcp = await connectHttp(program.url)
  const jobId = await mcp.startExport({ format: 'json', filters: { name: `x' OR '1'='1` } })
  expect((await mcp.finishedExport(jobId)).rows).toBe(0)
})
