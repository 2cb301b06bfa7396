import { setTimeout as pause } from 'node:timers/promises'
import { ExportStatusOutput, ListExportsOutput, StartExportOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { clients, type AnyClient, type Answer } from './support/mcp-clients.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis, type TestRedis } from './support/redis.ts'
import { roundRobin, type RoundRobin } from './support/round-robin.ts'

const ROUND_TRIPS = 100
const AT_A_TIME = 10

let redis: TestRedis
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let servers: Program[]
let worker: Program
let balancer: RoundRobin

beforeAll(async () => {
  redis = await startRedis()
  folder = await temporaryFolder()
  const settings = { QUEUE_URL: redis.url, DATA_DIR: folder.path, CANARY_INTERVAL_MS: '0' }
  balancer = await roundRobin(() => servers.map(({ url }) => url))
  const ports = await Promise.all([1, 2, 3].map(() => freePort()))
  servers = await Promise.all(
    ports.map((port) => startProgram({ ...settings, ROLE: 'server', PORT: String(port), PUBLIC_URL: balancer.url })),
  )
  worker = await startProgram({ ...settings, ROLE: 'worker', WORKER_CONCURRENCY: '4' })
})
afterAll(async () => {
  for (const part of [balancer, ...(servers ?? []), worker, redis, folder]) await part?.[Symbol.asyncDispose]()
})

const ofEra = {
  'before 2026-07-28': 'the official one of the first generation',
  'of 2026-07-28': 'the same, pinned to 2026-07-28',
}
const connect = (name: string): Promise<AnyClient> => {
  const client = clients[name]
  if (!client) throw new Error(`there is no client "${name}"`)
  return client.connect({ url: balancer.url })
}

test.each(Object.entries(ofEra))(
  `${ROUND_TRIPS} of ${ROUND_TRIPS} round trips over three servers without stickiness succeed for clients %s`,
  async (_, name) => {
    const before = balancer.counts()
    const rows = await inParallel(ROUND_TRIPS, AT_A_TIME, async () => {
      await using client = await connect(name)
      return await roundTrip((tool, args) => client.call(tool, args))
    })
    expect(rows).toHaveLength(ROUND_TRIPS)
    const shares = balancer.counts().map((count, at) => count - (before[at] ?? 0))
    const total = shares.reduce((sum, share) => sum + share, 0)
    for (const share of shares) expect(share).toBeGreaterThan(total / 4)
  },
)

test('a server that is killed meanwhile loses nothing: a call that got no answer is made again', async () => {
  const { exports: earlier } = await allExports()
  const [killed] = servers
  let done = 0
  const trips = 40
  await inParallel(trips, AT_A_TIME, async (at) => {
    const name = Object.values(ofEra)[at % 2] ?? ''
    await using client = await eventually(() => connect(name))
    await roundTrip((tool, args) => eventually(() => client.call(tool, args)), `trip ${at}`)
    if (++done === AT_A_TIME) killed?.process.kill('SIGKILL')
  })
  expect(killed?.process.signalCode).toBe('SIGKILL')
  const { exports: all } = await allExports()
  expect(all.length - earlier.length).toBe(trips)
  expect(all.every(({ state }) => state === 'completed')).toBe(true)
})

/** Starts an export, asks until it is done and fetches the file, each by whichever server has its turn. */
async function roundTrip(
  call: (tool: string, args: Record<string, unknown>) => Promise<Answer>,
  key?: string,
): Promise<number> {
  const wanted = {
    format: 'ndjson',
    filters: { country: 'MT' },
    ...(key === undefined ? {} : { idempotency_key: key }),
  }
  const { job_id: jobId } = StartExportOutput.parse((await call('start_export', wanted)).structuredContent)
  const ask = async () =>
    ExportStatusOutput.parse((await call('get_export_status', { job_id: jobId })).structuredContent)
  let status = await ask()
  while (!status.result && status.state !== 'failed') {
    // As a client that keeps to the hint would, only faster.
    await pause(50)
    status = await ask()
  }
  expect(status.fail_reason).toBeNull()
  const url = status.result?.download_url ?? ''
  const file = await eventually(async () => (await fetch(url)).text())
  expect(file.trim().split('\n')).toHaveLength(status.result?.rows ?? -1)
  return status.result?.rows ?? 0
}

async function allExports() {
  await using client = await connect(ofEra['of 2026-07-28'])
  const exports: ListExportsOutput['exports'] = []
  let cursor: string | null = null
  do {
    const { structuredContent } = await client.call('list_exports', {
      limit: 100,
      ...(cursor === null ? {} : { cursor }),
    })
    const page = ListExportsOutput.parse(structuredContent)
    exports.push(...page.exports)
    cursor = page.next_cursor
  } while (cursor !== null)
  return { exports }
}

async function inParallel<T>(count: number, atATime: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const one = async () => {
    while (next < count) results.push(await work(next++))
  }
  await Promise.all(Array.from({ length: atATime }, one))
  return results
}
