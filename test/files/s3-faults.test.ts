import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { exportsIn } from '../support/exports-folder.ts'
import { startFaultyProxy } from '../support/faulty-proxy.ts'
import { connectHttp, type McpClient } from '../support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from '../support/program.ts'
import { noS3, startS3, type TestS3 } from '../support/s3.ts'

/** The sample in this format is larger than one part of an upload. */
const IN_PARTS = { format: 'json' }

const NOT_NOW =
  /^The export file cannot be stored: the object storage is not reachable or takes nothing at the moment\./

describe.skipIf(noS3)(`an object storage that fails${noS3 ? ` (${noS3})` : ''}`, () => {
  let s3: TestS3
  beforeAll(async () => {
    s3 = await startS3()
  })
  afterAll(() => s3?.[Symbol.asyncDispose]())

  /** A program whose storage stands behind a proxy, below a prefix of its own. */
  async function start(prefix: string, settings: Record<string, string> = {}) {
    const stack = new AsyncDisposableStack()
    const folder = stack.use(await temporaryFolder())
    const proxy = stack.use(await startFaultyProxy(s3.endpoint))
    const env = {
      DATA_DIR: folder.path,
      EXPORT_FILES: s3.filesUrl(prefix, proxy.url),
      EXPORT_ATTEMPTS: '50',
      EXPORT_BACKOFF_MS: '0',
      ...s3.credentials,
      ...settings,
    }
    const program = stack.use(await startProgram(env))
    const mcp = stack.use(await connectHttp(program.url))
    return {
      env,
      proxy,
      program,
      mcp,
      url: program.url,
      leftovers: async () => [...(await exportsIn(join(folder.path, 'exports'))), ...(await s3.openUploads(prefix))],
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    }
  }

  const isRefused = (mcp: McpClient, jobId: string) =>
    eventually(async () => expect((await mcp.exportStatus(jobId)).fail_reason).toMatch(NOT_NOW))

  test('that is overloaded for a while gets the file when it is well again, and the rows are not read a second time', async () => {
    await using test = await start('for-a-while/')
    test.proxy.decide(() => 'unavailable')
    const jobId = await test.mcp.startExport(IN_PARTS)
    await isRefused(test.mcp, jobId)
    test.proxy.decide(() => 'pass')
    await expectWhole(test.mcp, jobId)
    const { result } = await test.mcp.exportStatus(jobId)
    expect(result?.resumed_rows).toBe(135_233)
    expect(await test.leftovers()).toEqual([])
    expect(await s3.keys('for-a-while/')).toContain(`for-a-while/${jobId}.json`)
  })

  test('that takes no second part has the file fail with a sentence, and nothing is left', async () => {
    await using test = await start('for-good/', { EXPORT_ATTEMPTS: '2' })
    test.proxy.decide((_method, path) => (path.includes('partNumber=2') ? 'unavailable' : 'pass'))
    const jobId = await test.mcp.startExport(IN_PARTS)
    await hasFailed(test.mcp, jobId, { reason: NOT_NOW, attempts: 2 })
    await eventually(async () => expect(await test.leftovers()).toEqual([]))
    expect(await s3.keys('for-good/')).toEqual([])
    expect(
      test.proxy.seen().filter((request) => request.startsWith('PUT') && request.includes('partNumber=2')),
    ).not.toEqual([])
  })

  test('that cuts connections gets the file all the same', async () => {
    await using test = await start('cut/')
    let cuts = 0
    test.proxy.decide((method) => (method === 'PUT' && cuts++ < 7 ? 'cut' : 'pass'))
    const jobId = await test.mcp.startExport(IN_PARTS)
    await expectWhole(test.mcp, jobId)
    expect(cuts).toBeGreaterThan(7)
    expect(await test.leftovers()).toEqual([])
  })

  test('that hangs does not keep an export from being cancelled, and nothing is left', async () => {
    await using test = await start('hang/')
    test.proxy.decide((_method, path) => (path.includes('partNumber=2') ? 'hang' : 'pass'))
    const jobId = await test.mcp.startExport(IN_PARTS)
    await eventually(() => expect(test.proxy.seen().join()).toContain('partNumber=2'))
    await test.mcp.call('cancel_export', { job_id: jobId })
    await eventually(async () =>
      expect(await test.mcp.exportStatus(jobId)).toMatchObject({ state: 'completed', cancelled: true, result: null }),
    )
    await eventually(async () => expect(await test.leftovers()).toEqual([]))
    expect(await s3.keys('hang/')).toEqual([])
  })

  test('that is away: the program starts, and says in the log, in the status and to whoever downloads what is wrong', async () => {
    await using test = await start('away/')
    const jobId = await test.mcp.startExport({ format: 'csv', filters: { country: 'NL' } })
    const { download_url: url } = await test.mcp.finishedExport(jobId)
    await test.proxy[Symbol.asyncDispose]()
    const problem =
      'The exported files cannot be reached: the object storage does not answer at the moment. Try again in a few seconds.'
    expect((await test.mcp.exportStatus(jobId)).result).toMatchObject({ download_url: null, file_problem: problem })
    const answer = await fetch(url, { redirect: 'manual' })
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 503, body: { error: problem } })

    await using folder = await temporaryFolder()
    const EXPORT_FILES = s3.filesUrl('away/', test.proxy.url)
    await using started = await startProgram({ DATA_DIR: folder.path, EXPORT_FILES, ...s3.credentials })
    await eventually(() =>
      expect(started.log()).toContainEqual(
        expect.objectContaining({ event: 'export_files_unreachable', msg: problem }),
      ),
    )
  })

  test('that nobody listens for is told as such, not as a disk', async () => {
    await using test = await start('nobody/')
    await test.proxy[Symbol.asyncDispose]()
    const jobId = await test.mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
    await eventually(async () =>
      expect((await test.mcp.exportStatus(jobId)).fail_reason).toBe(
        'The export file cannot be stored: the object storage is not reachable or takes nothing at the moment. Let the operator look at it when this stays.',
      ),
    )
  })

  test('while the worker is killed in the middle of sending: the next one sends the same file, and nothing is left', async () => {
    await using test = await start('killed/')
    test.proxy.decide((_method, path) => (path.includes('partNumber=2') ? 'hang' : 'pass'))
    const jobId = await test.mcp.startExport(IN_PARTS)
    await eventually(() => expect(test.proxy.seen().join()).toContain('partNumber=2'))
    await test.program.stop('SIGKILL')
    expect(await s3.openUploads('killed/')).toEqual([`killed/${jobId}.json`])
    test.proxy.decide(() => 'pass')
    await using _next = await startProgram(test.env)
    await using mcp = await connectHttp(_next.url)
    await expectWhole(mcp, jobId)
    expect((await mcp.exportStatus(jobId)).result?.resumed_rows).toBe(135_233)
    expect(await test.leftovers()).toEqual([])
  })

  test('that hangs does not keep the program from stopping: the export goes back to the queue', async () => {
    await using test = await start('stopped/', { SHUTDOWN_GRACE_MS: '0' })
    test.proxy.decide((_method, path) => (path.includes('partNumber=2') ? 'hang' : 'pass'))
    const jobId = await test.mcp.startExport(IN_PARTS)
    await eventually(() => expect(test.proxy.seen().join()).toContain('partNumber=2'))
    const asked = performance.now()
    expect(await test.program.stop()).toBe(0)
    console.info(`stopped after ${Math.round(performance.now() - asked)} ms`)
    expect(test.program.log()).toContainEqual(expect.objectContaining({ event: 'stopped', msg: 'stopped' }))
    expect(await s3.openUploads('stopped/')).toEqual([])
    await using server = await startProgram({ ...test.env, ROLE: 'server' })
    await using mcp = await connectHttp(server.url)
    expect(await mcp.exportStatus(jobId)).toMatchObject({ state: 'waiting', attempts: { made: 0 }, fail_reason: null })
  })

  const refusals: Record<string, { settings: () => Record<string, string>; reason: RegExp }> = {
    'that refuses the credentials': {
      settings: () => ({ AWS_SECRET_ACCESS_KEY: 'wrong' }),
      reason: /^The export file cannot be stored: the object storage refuses the credentials\. Let the operator look/,
    },
    'without the bucket': {
      settings: () => ({ EXPORT_FILES: `s3://absent/x?endpoint=${s3.endpoint}&path_style=true` }),
      reason: /^The export file cannot be stored: its bucket does not exist\. Let the operator look/,
    },
    'for which there are no credentials': {
      settings: () => ({ AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' }),
      reason:
        /^The export file cannot be stored: there are no credentials, or there is no region, for the object storage\./,
    },
  }
  for (const [which, { settings, reason }] of Object.entries(refusals)) {
    test(`${which} has the export fail at once, without a second try`, async () => {
      await using test = await start('refused/', settings())
      const jobId = await test.mcp.startExport({ format: 'csv', filters: { country: 'NL' } })
      const status = await hasFailed(test.mcp, jobId, { reason, attempts: 1 })
      expect(JSON.stringify(status)).not.toMatch(/127\.0\.0\.1|absent|test:tester/)
      await eventually(async () => expect(await test.leftovers()).toEqual([]))
    })
  }
})

test('an address that is none ends the program with a sentence', async () => {
  const { code, stderr } = await runProgram(serverProgram, [], { EXPORT_FILES: 's3://key:hunter2@Bucket?acl=public' })
  expect(code).toBe(2)
  expect(stderr).toContain('EXPORT_FILES must name a bucket')
  expect(stderr).not.toContain('hunter2')
})

async function hasFailed(mcp: McpClient, jobId: string, { reason, attempts }: { reason: RegExp; attempts: number }) {
  return eventually(async () => {
    const status = await mcp.exportStatus(jobId)
    expect(status).toMatchObject({ state: 'failed', attempts: { made: attempts }, result: null })
    expect(status.fail_reason).toMatch(reason)
    return status
  })
}

async function expectWhole(mcp: McpClient, jobId: string) {
  const { download_url: url, bytes, sha256 } = await mcp.finishedExport(jobId)
  const content = Buffer.from(await (await fetch(url)).arrayBuffer())
  expect({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }).toEqual({
    bytes,
    sha256,
  })
  expect(bytes).toBeGreaterThan(8 * 1024 * 1024)
}
