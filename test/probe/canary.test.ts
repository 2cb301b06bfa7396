import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHttp, type TestServer } from '../support/http-servers.ts'
import { connectHttp } from '../support/mcp-client.ts'
import { answered, modernMcp, type Tool } from '../support/mcp-servers.ts'
import { probeOne } from '../support/probe.ts'
import { startProgram, serverProgram, temporaryFolder } from '../support/program.ts'

interface CanaryTarget {
  url?: string
  command?: string[]
  env?: Record<string, string>
  steps: object
  timeouts?: object
}

/** Runs the probe on one target whose file says so. YAML reads JSON. */
async function probeWith(target: CanaryTarget) {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'probe.yaml')
  await writeFile(file, JSON.stringify({ targets: [{ name: 'exports', ...target }] }))
  return await probeOne(['--config', file])
}

const canary = { canary_export: { dataset: 'cities', limit: 500 } }

test('over HTTP the canary export comes out whole, with the time that it took', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  await eventually(async () => {
    const { code, result } = await probeWith({ url: `${program.url}/mcp`, steps: canary })
    expect(result).toMatchObject({ status: 'pass', failed_step: null })
    expect(result.steps.at(-1)).toMatchObject({ name: 'canary_export', ok: true })
    expect(result.canary_ms).toBeGreaterThan(0)
    expect(code).toBe(0)
  })
})

test('over stdio too, where the file is on the same machine', async () => {
  await using folder = await temporaryFolder()
  const env = { DATA_DIR: folder.path }
  await using _worker = await startProgram({ ...env, ROLE: 'worker' })
  await eventually(async () => {
    const command = [process.execPath, serverProgram, 'mcp']
    const { result } = await probeWith({ command, env: { ...env, ROLE: 'server' }, steps: canary })
    expect(result).toMatchObject({ status: 'pass', canary_ms: expect.any(Number) as number })
  })
})

test('nobody takes it: the canary fails, says so, and is taken back', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  const { code, result } = await probeWith({
    url: `${program.url}/mcp`,
    // Without the step that would tell before.
    steps: { ...canary, health_check: false },
    timeouts: { canary_export: '3s' },
  })
  expect(code).toBe(2)
  expect(result).toMatchObject({
    status: 'fail',
    reason: 'canary_failed',
    failed_step: 'canary_export',
    canary_ms: null,
  })
  expect(result.message).toContain('the export is still waiting after the time it was given: no worker has taken it')
  await using mcp = await connectHttp(program.url)
  const { structuredContent } = await mcp.call('list_exports')
  expect(structuredContent).toMatchObject({ exports: [{ cancelled: true }] })
})

test('an ill queue is not given a canary', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect((await mcp.health()).report.healthy).toBe(false))
  const { result } = await probeWith({ url: `${program.url}/mcp`, steps: canary })
  expect(result).toMatchObject({ status: 'fail', reason: 'unhealthy' })
  expect(result.steps.map(({ name }) => name)).not.toContain('canary_export')
})

test('a dataset that does not exist is refused in the words of the server', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path })
  const steps = { canary_export: { dataset: 'citys' }, health_check: 'off' }
  const { result } = await probeWith({ url: `${program.url}/mcp`, steps })
  expect(result).toMatchObject({ status: 'fail', reason: 'canary_failed' })
  expect(result.message).toMatch(/start_export answered .*cities/)
})

const content = '{"a":1}\n{"a":2}\n'
const sha256 = createHash('sha256').update(content).digest('hex')

/** A server whose export is finished at once; what it tells of the file may be wrong. */
async function exporter(
  told: object,
  served: { status?: number; body?: string; isEndless?: true } = {},
): Promise<TestServer> {
  let server: TestServer | null = null
  const tools: Record<string, Tool> = {
    health_check: () => answered({ healthy: true }),
    start_export: () => answered({ job_id: '1', status: 'queued', message: 'It waits.' }),
    get_export_status: () => {
      const file = { rows: 2, bytes: content.length, sha256, file: 'f', resumed_rows: 0, notes: [], file_problem: null }
      const download_url = server?.url.replace('/mcp', '/file') ?? null
      const result = { ...file, download_url, ...told }
      const rest = { cancelled: false, progress: null, fail_reason: null, attempts: { made: 1, max: 1 } }
      return answered({ job_id: '1', state: 'completed', ...rest, result })
    },
  }
  const mcp = modernMcp('theirs', tools, 'reject')
  server = await serveHttp((request, response) => {
    if (request.url !== '/file') return mcp(request, response)
    response.writeHead(served.status ?? 200).write(served.body ?? content)
    if (served.isEndless !== true) response.end()
  })
  return server
}

test('a server of somebody else with the same tools, in the modern era', async () => {
  await using server = await exporter({})
  const { result } = await probeWith({ url: server.url, steps: { canary_export: 'on' } })
  expect(result).toMatchObject({ status: 'pass', era: 'modern', canary_ms: expect.any(Number) as number })
})

test('a file is looked at as it comes: it may be larger than any answer', async () => {
  const body = '{"a":12345}\n'.repeat(500_000)
  const large = { rows: 500_000, bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }
  await using server = await exporter(large, { body })
  const { result } = await probeWith({ url: server.url, steps: { canary_export: 'on' } })
  expect(result).toMatchObject({ status: 'pass', canary_ms: expect.any(Number) as number })
})

test('a file that does not come to its end in time', async () => {
  await using server = await exporter({}, { body: content.slice(0, 8), isEndless: true })
  const timeouts = { canary_export: '2s' }
  const { result } = await probeWith({ url: server.url, steps: { canary_export: 'on' }, timeouts })
  expect(result).toMatchObject({ status: 'fail', reason: 'canary_file', failed_step: 'canary_export' })
  expect(result.message).toContain('only 8 of the 16 bytes of the file came in the time of the step')
})

test.each([
  ['the checksum', { sha256: sha256.replace(/^./, 'x') }, {}, 'its checksum differs'],
  ['a byte of the file', {}, { body: content.replace('2', '3') }, 'its checksum differs'],
  ['the rows', { rows: 3 }, {}, 'the file has 2 rows and not the 3 that were told'],
  ['the length', {}, { body: content.slice(1) }, 'the file has 15 bytes and not the 16 that were told'],
  [
    'the length, without an end,',
    {},
    { body: `${content}{`, isEndless: true } as const,
    'the file is longer than the 16 bytes that were told',
  ],
  ['the download', {}, { status: 404 }, 'the file’s download answers HTTP 404'],
  ['the host', { download_url: 'http://127.0.0.1:1/' }, {}, 'the file cannot be fetched: '],
  ['the address', { download_url: null, file_problem: 'It was deleted.' }, {}, 'cannot be fetched: It was deleted.'],
])('%s is wrong', async (_, told, served, sentence) => {
  await using server = await exporter(told, served)
  const { result } = await probeWith({ url: server.url, steps: { canary_export: 'on' } })
  expect(result).toMatchObject({ status: 'fail', reason: 'canary_file', failed_step: 'canary_export' })
  expect(result.message).toContain(sentence)
})
