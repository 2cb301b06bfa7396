import { DatabaseSync } from 'node:sqlite'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ListDatasetsOutput,
  ListDeadLettersOutput,
  ListExportsOutput,
  ListQueuesOutput,
} from '@queue-ops/server/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { bury } from './support/bury.ts'
import { answerText, connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { startRedis } from './support/redis.ts'

const MAX_BYTES = 25_000
const TABLES = 60
const COLUMNS = 300
const QUEUES = 49

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program
let mcp: McpClient

beforeAll(async () => {
  folder = await temporaryFolder()
  const file = join(folder.path, 'datasets.yaml')
  await writeFile(file, `datasets:\n${createTables(join(folder.path, 'wide.sqlite'))}`)
  const queues = Array.from({ length: QUEUES }, (_, at) => `queue-of-somebody-${at}`)
  const settings = { DATA_DIR: folder.path, DATASETS_FILE: file, QUEUES: queues.join(','), ROLE: 'server' }
  program = await startProgram(settings)
  mcp = await connectHttp(program.url)
})
afterAll(async () => {
  for (const part of [mcp, program, folder]) await part?.[Symbol.asyncDispose]()
})

function createTables(database: string): string {
  const db = new DatabaseSync(database)
  const columns = Array.from({ length: COLUMNS }, (_, at) => `column_with_a_rather_long_name_${at} TEXT`)
  const names = Array.from({ length: TABLES }, (_, at) => `table_${at}`)
  for (const name of names) db.exec(`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${columns.join(', ')})`)
  db.close()
  return names.map((name) => `  - { name: ${name}, source: 'sqlite:${database}', table: ${name} }\n`).join('')
}

/** What a client receives, without the envelope of the protocol. */
async function sizeOf(name: string, args: Record<string, unknown> = {}): Promise<number> {
  return Buffer.byteLength(JSON.stringify(await mcp.call(name, args)))
}

/** Every page of a list, each of which is no larger than it may be. */
async function allPages(client: McpClient, name: string, args: Record<string, unknown>): Promise<unknown[]> {
  const pages: unknown[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const answer = await client.call(name, { ...args, ...(cursor && { cursor }) })
    expect(answer.isError).toBe(false)
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MAX_BYTES)
    pages.push(answer.structuredContent)
    cursor = (answer.structuredContent as { next_cursor: string | null }).next_cursor
  }
  return pages
}

const listDatasets = async (args: Record<string, unknown>) =>
  ListDatasetsOutput.parse((await mcp.call('list_datasets', args)).structuredContent)

test(`all of ${TABLES} wide datasets are told in pages below ${MAX_BYTES} bytes`, async () => {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const args = cursor === null ? {} : { cursor }
    expect(await sizeOf('list_datasets', args)).toBeLessThan(MAX_BYTES)
    const page: ListDatasetsOutput = await listDatasets(args)
    for (const { name, columns, more_columns: more } of page.datasets) {
      expect(columns.length + more).toBe(COLUMNS + 1)
      seen.push(name)
    }
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(seen).toEqual(Array.from({ length: TABLES }, (_, at) => `table_${at}`))
})

test(`all of ${COLUMNS} columns of one dataset are told in pages below ${MAX_BYTES} bytes`, async () => {
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const args = { dataset: 'table_7', ...(cursor === null ? {} : { cursor }) }
    expect(await sizeOf('list_datasets', args)).toBeLessThan(MAX_BYTES)
    const page: ListDatasetsOutput = await listDatasets(args)
    expect(page.datasets.map(({ name }) => name)).toEqual(['table_7'])
    seen.push(...(page.datasets[0]?.columns ?? []).map(({ name }) => name))
    cursor = page.next_cursor
  } while (cursor !== null)
  const expected = Array.from({ length: COLUMNS }, (_, at) => `column_with_a_rather_long_name_${at}`)
  expect(seen).toEqual(['id', ...expected])
})

test('a column that does not exist is told with few others', async () => {
  const size = await sizeOf('start_export', { dataset: 'table_3', format: 'csv', columns: ['nothing'] })
  expect(size).toBeLessThan(MAX_BYTES)
})

test('a dataset that does not exist is told with few others', async () => {
  expect(await sizeOf('start_export', { dataset: 'nothing', format: 'csv' })).toBeLessThan(MAX_BYTES)
})

test(`the health of ${QUEUES} queues that nobody serves is told below ${MAX_BYTES} bytes`, async () => {
  const queues = await eventually(async () => {
    const { queues = [] } = (await mcp.health()).report
    expect(queues.filter(({ healthy }) => !healthy)).toHaveLength(QUEUES)
    return queues
  })
  // Every queue has to be told: what counts here is what a model reads, which is one half of it.
  expect((await sizeOf('health_check')) / 2).toBeLessThan(MAX_BYTES)
  expect(queues.every(({ checks, more_checks: more = 0 }) => checks.length + more > 0)).toBe(true)
})

test(`all exports of a long list are told in pages below ${MAX_BYTES} bytes`, async () => {
  const request = { dataset: 'table_3', format: 'parquet', limit: 1 }
  const started = await Promise.all(Array.from({ length: 110 }, () => mcp.startExport(request)))
  const pages = await allPages(mcp, 'list_exports', { limit: 100 })
  const listed = pages.flatMap((page) => ListExportsOutput.parse(page).exports.map((one) => one.job_id))
  expect(listed.toSorted()).toEqual(started.toSorted())
})

test('no other answer was larger', () => {
  expect(program.log().filter(({ event }) => event === 'large_answer')).toEqual([])
})

test(`whatever ids, names and queues others make, no answer is larger than ${MAX_BYTES} bytes`, async () => {
  await using redis = await startRedis()
  const long = `${'\u6F22"'.repeat(5000)}`
  const letters = (n: number) => String.fromCodePoint(97 + (n % 26), 97 + Math.floor(n / 26))
  const jobs = [
    ...Array.from({ length: 5 }, (_, n) => ({ id: `${n}${long}`, name: long, reason: `${letters(n)} ${long}` })),
    ...Array.from({ length: 5 }, (_, n) => ({ id: `${n}\u001B[31m\u202E`, name: '\u0007', reason: letters(n) })),
    ...Array.from({ length: 60 }, (_, n) => ({
      id: `${'\u6F22'.repeat(490)}${n}`,
      name: long,
      reason: n < 30 ? `${letters(n)} ${long}` : `same ${long}`,
    })),
  ]
  await bury(redis.url, 'hostile', jobs)
  for (let n = 0; n < 20; n += 1) await bury(redis.url, `${n}${long}`, [])
  for (let n = 0; n < 60; n += 1) await bury(redis.url, `${'\u6F22'.repeat(190)}${n}`, [])
  const settings = { DATA_DIR: folder.path, QUEUE_URL: redis.url, QUEUES: '*', ROLE: 'server', CANARY_INTERVAL_MS: '0' }
  await using server = await startProgram(settings)
  await using client = await connectHttp(server.url)

  const queues = (await allPages(client, 'list_queues', { limit: 12 })).flatMap(
    (page) => ListQueuesOutput.parse(page).queues,
  )
  expect(queues).toHaveLength(82)
  expect(queues.filter(({ queue }) => queue.endsWith(' more characters)'))).toHaveLength(20)
  const wrong = await client.call('get_queue', { queue: 'hostil' })
  expect(answerText(wrong)).toEqual({ error: expect.stringContaining('did you mean "hostile"?') })
  const others = await client.call('get_queue', { queue: 'nothing-like-it' })
  expect(others.isError).toBe(true)
  expect(Buffer.byteLength(JSON.stringify(others))).toBeLessThan(MAX_BYTES)

  const groups = (await allPages(client, 'list_dead_letters', { queue: 'hostile', limit: 50 })).flatMap((page) => {
    const { groups, ...told } = ListDeadLettersOutput.parse(page)
    expect(told).toMatchObject({ total: 70, looked_at: 70, in_no_group: 0, ids_left_out: 10 })
    return groups
  })
  expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(70)
  const named = groups.flatMap((group) => group.job_ids)
  const [largest] = groups
  const ofOne = { queue: 'hostile', group: largest?.group, limit: 50 }
  const told = (await allPages(client, 'list_dead_letters', ofOne)).flatMap(
    (page) => ListDeadLettersOutput.parse(page).jobs,
  )
  expect(told).toHaveLength(30)
  const ids = new Set([...named, ...told.map((job) => job.job_id)])
  expect(ids.size).toBe(60)
  for (const id of ids) {
    const answer = await client.call('get_job', { queue: 'hostile', job_id: id })
    expect(answer.isError).toBe(false)
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(MAX_BYTES)
  }
})
