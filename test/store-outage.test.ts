import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { HealthReport, StatusReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { openPage } from './support/browser.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { startProgram, temporaryFolder } from './support/program.ts'
import { startRedis, type TestRedis } from './support/redis.ts'

const outages: Record<string, [(redis: TestRedis) => unknown, (redis: TestRedis) => unknown]> = {
  stopped: [(redis) => redis.stop(), (redis) => redis.start()],
  frozen: [(redis) => redis.freeze(), (redis) => redis.thaw()],
}

for (const [outage, [begin, end]] of Object.entries(outages)) {
  test.concurrent(`while Redis is ${outage} every tool answers with a clear error, and all works again when it is back`, async () => {
    await using redis = await startRedis()
    await using folder = await temporaryFolder()
    await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path })
    await using mcp = await connectHttp(program.url)
    await using browser = await openPage(program.url)
    const before = await mcp.startExport({ format: 'json', filters: { country: 'MT' } })
    await mcp.finishedExport(before)
    await browser.shows('operational')

    await begin(redis)
    const timed = async (name: string, args = {}): Promise<CallToolResult> => {
      const began = performance.now()
      const answer = await mcp.call(name, args)
      console.info(`${name}, Redis ${outage}: answered after ${(performance.now() - began).toFixed(0)} ms`)
      return answer
    }
    for (const answer of [
      await timed('start_export', { format: 'csv' }),
      await timed('get_export_status', { job_id: before }),
    ]) {
      expect(answer.isError).toBe(true)
      expect(answerText(answer)).toEqual({ error: 'The queue store does not answer. Try again in a few seconds.' })
    }
    // The report of the last second may still be told.
    const health = await eventually(async () => {
      const answer = await timed('health_check')
      expect(answer.isError).toBe(true)
      return answer
    })
    const report = HealthReport.parse(health.structuredContent)
    expect(report).toMatchObject({ healthy: false, status: 'down' })
    const [ofStore, ...others] = report.checks.map((check) => [check.name, check.status])
    expect(ofStore).toEqual(['queue_redis', 'fail'])
    expect(others.map(([name]) => name)).toEqual(expect.arrayContaining(['worker_running', 'dlq_depth', 'queue_depth']))
    expect(new Set(others.map(([, status]) => status))).toEqual(new Set(['unknown']))
    expect((await timed('list_datasets')).isError).toBe(false)

    const status = await fetch(`${program.url}/api/status`)
    expect(status.status).toBe(503)
    expect(StatusReport.parse(await status.json()).queue).toBeNull()
    expect((await fetch(`${program.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${program.url}/livez`)).status).toBe(200)
    await browser.shows('down')

    await end(redis)
    await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
    const after = await mcp.startExport({ format: 'json', filters: { country: 'MT' } })
    expect((await mcp.finishedExport(after)).rows).toBeGreaterThan(0)
    await browser.shows('operational')
  })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test.concurrent(`${signal} ends the program also while Redis is gone`, async () => {
    await using redis = await startRedis()
    await using folder = await temporaryFolder()
    await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, SHUTDOWN_GRACE_MS: '500' })
    await using mcp = await connectHttp(program.url)
    await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
    await redis.stop()
    await eventually(async () => expect((await mcp.health()).report.status).toBe('down'))
    expect(await program.stop(signal)).toBe(0)
  })
}

test.concurrent('the program that never reached Redis ends on a signal', async () => {
  await using redis = await startRedis()
  await redis.stop()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, SHUTDOWN_GRACE_MS: '500' })
  expect(await program.stop()).toBe(0)
})

test.concurrent('the program starts while Redis is away and works as soon as it comes', async () => {
  await using redis = await startRedis()
  await redis.stop()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path })
  await using mcp = await connectHttp(program.url)
  expect((await mcp.health()).report.status).toBe('down')
  await redis.start()
  await eventually(async () => expect((await mcp.health()).report.status).toBe('operational'))
  const jobId = await mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
  await mcp.finishedExport(jobId)
})

test.concurrent('200 exports started at once need no further connection to Redis', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, ROLE: 'server' })
  await using mcp = await connectHttp(program.url)
  await mcp.startExport({ format: 'csv' })
  await mcp.health()
  const before = await redis.countClients()

  const seen: number[] = []
  const started = new AbortController()
  const watch = (async () => {
    while (!started.signal.aborted) seen.push(await redis.countClients())
  })()
  const ids = await Promise.all(Array.from({ length: 200 }, () => mcp.startExport({ format: 'csv' })))
  started.abort()
  await watch
  expect(new Set(ids).size).toBe(200)
  expect(seen.length).toBeGreaterThan(0)
  expect(Math.max(...seen)).toBe(before)
  await eventually(async () => {
    const { report } = await mcp.health()
    expect(report.checks).toContainEqual(expect.objectContaining({ name: 'queue_depth', waiting: 201 }))
  })
})
