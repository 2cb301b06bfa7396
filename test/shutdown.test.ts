import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSlowView, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { exportsIn } from './support/exports-folder.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { bareEnvironment, runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'
import { startRedis } from './support/redis.ts'

async function slowExports(folder: string, redisUrl: string) {
  const database = join(folder, 'slow.sqlite')
  createSlowView(database)
  return {
    QUEUE_URL: redisUrl,
    DATA_DIR: folder,
    DATASETS_FILE: await writeDatasetsFile(folder, 'numbers', database, 'numbers'),
  }
}

const inFlight = (mcp: McpClient, jobId: string) =>
  eventually(async () => {
    const status = await mcp.exportStatus(jobId)
    expect(status.state).toBe('active')
    expect(status.progress?.rows).toBeGreaterThan(0)
  })

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets the export at hand finish and ends with code 0`, async () => {
    await using redis = await startRedis()
    await using folder = await temporaryFolder()
    const settings = await slowExports(folder.path, redis.url)
    await using server = await startProgram({ ...settings, ROLE: 'server' })
    await using worker = await startProgram({ ...settings, ROLE: 'worker', SHUTDOWN_GRACE_MS: '100000' })
    await using mcp = await connectHttp(server.url)
    const jobId = await mcp.startExport({ format: 'csv' })
    await inFlight(mcp, jobId)
    const stopped = worker.stop(signal)
    await eventually(() => expect(worker.log()).toContainEqual(expect.objectContaining({ event: 'stopping' })))
    const later = await mcp.startExport({ format: 'csv' })
    expect(await stopped).toBe(0)
    expect(await mcp.exportStatus(jobId)).toMatchObject({ state: 'completed', result: { rows: 3_000_000 } })
    expect(await mcp.exportStatus(later)).toMatchObject({ state: 'waiting', attempts: { made: 0 } })
    expect(await server.stop(signal)).toBe(0)
  })
}

test('an export that outlasts the grace time goes back to the queue and costs no attempt', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = await slowExports(folder.path, redis.url)
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  await using worker = await startProgram({ ...settings, ROLE: 'worker', SHUTDOWN_GRACE_MS: '0' })
  const jobId = await mcp.startExport({ format: 'csv' })
  await inFlight(mcp, jobId)
  expect(await worker.stop()).toBe(0)
  expect(await mcp.exportStatus(jobId)).toMatchObject({ state: 'waiting', fail_reason: null })
  expect(await exportsIn(join(folder.path, 'exports'))).toEqual([])

  await using another = await startProgram({ ...settings, ROLE: 'worker' })
  expect((await mcp.finishedExport(jobId)).rows).toBe(3_000_000)
  expect(another.process.exitCode).toBeNull()
})

test('a slow download does not keep the worker from stopping: no new work, the export at hand goes back', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = { ...(await slowExports(folder.path, redis.url)), SHUTDOWN_GRACE_MS: '500' }
  await using program = await startProgram(settings)
  await using mcp = await connectHttp(program.url)
  const done = await mcp.finishedExport(await mcp.startExport({ format: 'csv' }))
  const jobId = await mcp.startExport({ format: 'csv' })
  await inFlight(mcp, jobId)
  const { hostname, port, pathname } = new URL(done.download_url)
  const slow = connect(Number(port), hostname).pause()
  slow.on('error', () => undefined)
  slow.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
  expect(await program.stop()).toBe(0)
  slow.destroy()
  expect(program.log().at(-1)).toMatchObject({ event: 'stopped' })
  expect(program.log().at(-1)).not.toHaveProperty('unclean')
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using after = await connectHttp(server.url)
  expect(await after.exportStatus(jobId)).toMatchObject({ state: 'waiting', attempts: { made: 0 } })
})

test('an export whose worker is killed is finished by another, and leaves no half file', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const settings = await slowExports(folder.path, redis.url)
  await using server = await startProgram({ ...settings, ROLE: 'server' })
  await using mcp = await connectHttp(server.url)
  await using worker = await startProgram({ ...settings, ROLE: 'worker' })
  const jobId = await mcp.startExport({ format: 'csv' })
  await inFlight(mcp, jobId)
  await worker.stop('SIGKILL')
  await using _another = await startProgram({ ...settings, ROLE: 'worker' })
  expect((await mcp.finishedExport(jobId)).rows).toBe(3_000_000)
  expect(await exportsIn(join(folder.path, 'exports'))).toEqual([`${jobId}.csv`])
})

test('what a stdio client asked before it closed the connection is answered', async () => {
  await using folder = await temporaryFolder()
  const calls = ['initialize', 'tools/list', 'tools/call'].map((method, id) => {
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const call = { name: 'start_export', arguments: { format: 'csv' } }
    return JSON.stringify({ jsonrpc: '2.0', id, method, params: method === 'initialize' ? hello : call })
  })
  const child = spawn(process.execPath, [serverProgram, 'mcp'], {
    env: { ...bareEnvironment(), DATA_DIR: folder.path, ROLE: 'server' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stdin.end(`${calls.join('\n')}\n`)
  await once(child, 'close')
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; result?: object })
  expect(answers.map(({ id, result }) => [id, result !== undefined]).toSorted()).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ])
  expect(child.exitCode).toBe(0)
})

test('a stdio server whose output nobody reads ends without a stack trace', async () => {
  await using folder = await temporaryFolder()
  const child = spawn(process.execPath, [serverProgram, 'mcp'], {
    env: { ...bareEnvironment(), DATA_DIR: folder.path, ROLE: 'server' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.destroy()
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })}\n`)
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  expect(stderr).not.toContain('    at ')
})

test('the stdio server does not start as a worker alone', async () => {
  await using folder = await temporaryFolder()
  const { code, stderr } = await runProgram(serverProgram, ['mcp'], { DATA_DIR: folder.path, ROLE: 'worker' })
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('ROLE is worker') })
})

test('the stdio server writes nothing but protocol and ends when its client closes the connection', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  const child = spawn(process.execPath, [serverProgram, 'mcp'], {
    env: { ...bareEnvironment(), QUEUE_URL: redis.url, DATA_DIR: folder.path },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' })}\n`)
  await eventually(() => expect(stdout).toContain('\n'))
  child.stdin.end()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ jsonrpc: '2.0', id: 7, result: {} }])
})
