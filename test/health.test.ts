import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withBackend } from 'bullmq'
import { createSqliteBackend } from '@queue-ops/server/sqlite-backend'
import { HealthReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { createOrders, writeDatasetsFile } from './support/dataset-files.ts'
import { eventually } from './support/eventually.ts'
import { answerText, connectHttp } from './support/mcp-client.ts'
import { runProgram, serverProgram, startProgram, temporaryFolder } from './support/program.ts'
import { promtoolComplaints } from './support/promtool.ts'
import { startRedis } from './support/redis.ts'
import { stores } from './support/stores.ts'

const HEALTH_JSON = 'application/health+json'

const ask = (url: string, accept = 'application/json') => fetch(url, { headers: { accept } })

const check = (report: HealthReport, name: string) => report.checks.find((check) => check.name === name)

for (const [storeName, startStore] of Object.entries(stores)) {
  test.concurrent(`on ${storeName}, /api/health answers what health_check does, 200 when healthy and 503 when not`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    const settings = { QUEUE_URL: store.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '1000' }
    await using program = await startProgram({ ...settings, ROLE: 'server' })
    await using mcp = await connectHttp(program.url)
    const down = await eventually(async () => {
      const response = await ask(`${program.url}/api/health`)
      expect(response.status).toBe(503)
      return response
    })
    expect(down.headers.get('cache-control')).toBe('no-store')
    const report = HealthReport.parse(await down.json())
    expect(report).toMatchObject({ healthy: false, status: 'down' })
    expect(check(report, 'worker_running')).toMatchObject({
      status: 'fail',
      value: 0,
      unit: 'consumers',
      since: expect.any(String),
      action: expect.stringMatching(/^Start a worker/),
    })
    // It can take work all the same: jobs wait.
    expect((await ask(`${program.url}/readyz`)).status).toBe(200)

    await using _worker = await startProgram({ ...settings, ROLE: 'worker' })
    await eventually(async () => expect((await ask(`${program.url}/api/health`)).status).toBe(200))
    const answered = (await mcp.health()).report
    expect(answered.checks.map(({ name }) => name)).toEqual(report.checks.map(({ name }) => name))
    // The canary that waited for the worker came late, the next one does not.
    await eventually(async () =>
      expect((await mcp.health()).report.summary).toBe(
        storeName === 'PostgreSQL'
          ? 'What is seen of the queue "exports" works; this store does not tell whether jobs are taken.'
          : 'The queue "exports" works: jobs are taken and finished.',
      ),
    )
  })
}

for (const [storeName, startStore] of Object.entries(stores)) {
  test.concurrent(`on ${storeName}, the first answer of a program that says it is ready knows its own worker`, async () => {
    await using store = await startStore()
    await using folder = await temporaryFolder()
    await using program = await startProgram({ QUEUE_URL: store.url, DATA_DIR: folder.path })
    const report = HealthReport.parse(await (await ask(`${program.url}/api/health`)).json())
    expect(check(report, 'worker_running')).toMatchObject({ status: 'pass', consumers: 1 })
  })
}

test.concurrent('as application/health+json for who asks for that, plain JSON for everybody else', async () => {
  await using folder = await temporaryFolder()
  await using program = await startProgram({ DATA_DIR: folder.path, QUEUES: 'mail' })
  await eventually(async () => {
    const report = HealthReport.parse(await (await ask(`${program.url}/api/health`)).json())
    expect(check(report, 'worker_running')?.status).toBe('pass')
  })
  const response = await ask(`${program.url}/api/health`, HEALTH_JSON)
  expect(response.headers.get('content-type')).toContain(HEALTH_JSON)
  expect(response.headers.get('vary')).toContain('Accept')
  const body = (await response.json()) as { status: string; checks: Record<string, unknown[]> }
  expect(body.status).toMatch(/^(?:pass|warn)$/)
  expect(body.checks['exports:worker_running']).toEqual([
    expect.objectContaining({ componentId: 'exports', observedValue: 1, observedUnit: 'consumers', status: 'pass' }),
  ])
  for (const accept of ['*/*', 'application/json', `${HEALTH_JSON};q=0.5, application/json`]) {
    const plain = await ask(`${program.url}/api/health`, accept)
    expect(HealthReport.safeParse(await plain.json()).success).toBe(true)
  }
  expect((await ask(`${program.url}/api/health?queue=exports`)).status).toBe(200)
  const unknown = await ask(`${program.url}/api/health?queue=exprots`)
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toEqual({ error: 'The queue "exprots" is not watched: did you mean "exports"?' })
})

test.concurrent('queues of other applications are watched without being written to, and judged by limits of their own', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'health.yaml')
  await writeFile(file, 'queues:\n  mail:\n    dead_letters: 1/3\n')
  await using program = await startProgram({ DATA_DIR: folder.path, QUEUES: 'mail, video', HEALTH_FILE: file })
  await using mcp = await connectHttp(program.url)
  const { Queue: SqliteQueue, Worker } = withBackend(createSqliteBackend)
  const connection = { path: join(folder.path, 'queue.sqlite') }
  const mail = new SqliteQueue('mail', { connection })
  const worker = new Worker('mail', async () => Promise.reject(new Error('no such mailbox')), { connection })
  await mail.addBulk(Array.from({ length: 3 }, () => ({ name: 'welcome', data: { to: 'ada@example.org' } })))
  await eventually(async () => expect(await mail.getFailedCount()).toBe(3))

  const inShort = await eventually(async () => {
    const { report, isError } = await mcp.health()
    expect(isError).toBe(true)
    const told = report.queues?.find(({ queue }) => queue === 'mail')
    expect(told?.checks.map(({ name, status }) => [name, status])).toContainEqual(['dlq_depth', 'fail'])
    return told
  })
  expect(inShort).toMatchObject({ healthy: false, status: 'degraded' })
  const full = await mcp.call('health_check', { queue: 'mail' })
  const report = HealthReport.parse(full.structuredContent)
  expect(check(report, 'worker_running')).toMatchObject({ status: 'pass', consumers: 1 })
  expect(check(report, 'canary')).toMatchObject({
    status: 'unknown',
    message: 'Not known of the workers of another application.',
  })
  expect(JSON.stringify(report)).not.toMatch(/mailbox|ada@/)
  expect(answerText(await mcp.call('health_check', { queue: 'mial' }))).toEqual({
    error: 'The queue "mial" is not watched. Watched are: exports, mail, video.',
  })

  await writeFile(file, 'queues:\n  mail:\n    dead_letters: 5/9\n')
  await eventually(async () => {
    const { report } = await mcp.health()
    expect(report.queues?.find(({ queue }) => queue === 'mail')?.checks.map(({ name }) => name)).not.toContain(
      'dlq_depth',
    )
  })
  await worker.close()
  await mail.close()
})

test.concurrent('while maintenance is declared for a queue nothing of it fails', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'health.yaml')
  await writeFile(file, '')
  await using program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server', HEALTH_FILE: file })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect((await mcp.health()).report.status).toBe('down'))
  const [from, until] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString().slice(0, 16))
  const window = `{ from: ${from}Z, until: ${until}Z, reason: moving house }`
  await writeFile(file, `queues: { exports: { maintenance: [${window}] } }`)
  await eventually(async () => {
    const { report, isError } = await mcp.health()
    expect(isError).toBe(false)
    expect(report).toMatchObject({ healthy: true, status: 'degraded' })
    expect(report.summary).toContain(`Maintenance is declared until ${until}Z: moving house.`)
  })
})

test.concurrent('a health file with mistakes ends the start with every one of them', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'health.yaml')
  await writeFile(file, 'queues:\n  mail: {}\ndefaults:\n  oldest_wating_s: 1/2\n')
  const { code, stderr } = await runProgram(serverProgram, [], { PORT: '0', DATA_DIR: folder.path, HEALTH_FILE: file })
  expect(code).toBe(2)
  expect(stderr).toContain(`HEALTH_FILE ${file}:2:3: queues.mail is no queue that is watched (QUEUES)`)
  expect(stderr).toContain(
    `HEALTH_FILE ${file}:4:3: defaults.oldest_wating_s is no known key: did you mean "oldest_waiting_s"?`,
  )
})

test.concurrent('exports that fail attempt after attempt while none is completed are told, though canaries come through', async () => {
  await using folder = await temporaryFolder()
  const database = join(folder.path, 'orders.sqlite')
  createOrders(database)
  const health = join(folder.path, 'health.yaml')
  await writeFile(health, 'queues:\n  exports:\n    failing_s: 1/3\n')
  await using program = await startProgram({
    DATA_DIR: folder.path,
    DATASETS_FILE: await writeDatasetsFile(folder.path, 'orders', database, 'orders'),
    HEALTH_FILE: health,
    EXPORT_ATTEMPTS: '20',
    EXPORT_BACKOFF_MS: '300',
    CANARY_INTERVAL_MS: '1000',
  })
  await using mcp = await connectHttp(program.url)
  await rm(database)
  for (let at = 0; at < 4; at++) await mcp.startExport({ dataset: 'orders', format: 'csv' })
  const { report } = await eventually(async () => {
    const answer = await mcp.health()
    expect(check(answer.report, 'failing_attempts')).toMatchObject({ status: 'fail' })
    return answer
  })
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  expect(report.summary).toMatch(/does not work: \d jobs have failed \d+ attempts, and none was completed/)
  expect(check(report, 'canary')).toMatchObject({ status: 'pass' })
})

test.concurrent('/metrics is what Prometheus expects, also while the store is gone', async () => {
  await using redis = await startRedis()
  await using folder = await temporaryFolder()
  await using program = await startProgram({ QUEUE_URL: redis.url, DATA_DIR: folder.path, QUEUES: 'mail' })
  await using mcp = await connectHttp(program.url)
  await mcp.finishedExport(await mcp.startExport({ format: 'csv', filters: { country: 'MT' } }))
  const scrape = async () => {
    const response = await fetch(`${program.url}/metrics`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    return response.text()
  }
  const metrics = await eventually(async () => {
    const text = await scrape()
    expect(text).toContain('queue_ops_jobs{queue="exports",state="completed"} 1\n')
    expect(text).toContain('queue_ops_consumers{queue="exports"} 1\n')
    return text
  })
  expect(promtoolComplaints(metrics)).toBe('')
  expect(metrics).toContain('queue_ops_store_up 1\n')
  expect(metrics).toContain('queue_ops_jobs{queue="mail",state="waiting"} 0\n')
  expect(metrics).toContain('queue_ops_check_status{queue="exports",check="worker_running"} 0\n')
  expect(metrics).toContain('queue_ops_store_check_status{check="queue_redis"} 0\n')
  expect(metrics).toContain('queue_ops_store_check_status{check="store_writable"} 0\n')
  expect(metrics).toContain('queue_ops_newest_dead_letter_timestamp_seconds{queue="exports"} 0\n')
  const jobId = await mcp.startExport({ format: 'csv', filters: { country: 'MT' } })
  expect(await scrape()).not.toContain(jobId)

  await redis.stop()
  const gone = await eventually(async () => {
    const text = await scrape()
    expect(text).toContain('queue_ops_store_up 0\n')
    // Of the further queues what was seen up to five seconds ago is told.
    expect(text).not.toContain('queue_ops_jobs{')
    return text
  })
  expect(promtoolComplaints(gone)).toBe('')
  expect(gone).toContain('queue_ops_healthy{queue="exports"} 0\n')
})

test.concurrent('fifty queues are the most that are watched', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, at) => `q${at}`).join(',')
  await using folder = await temporaryFolder()
  const { code, stderr } = await runProgram(serverProgram, [], { PORT: '0', DATA_DIR: folder.path, QUEUES: names(50) })
  expect(code).toBe(2)
  expect(stderr).toContain('QUEUES must name at most 49 queues')
  await using program = await startProgram({ DATA_DIR: folder.path, QUEUES: names(49) })
  await using mcp = await connectHttp(program.url)
  await eventually(async () => expect((await mcp.health()).report.queues).toHaveLength(49))
  const metrics = await (await fetch(`${program.url}/metrics`)).text()
  expect(promtoolComplaints(metrics)).toBe('')
})
