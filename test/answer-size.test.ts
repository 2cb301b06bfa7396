import { DatabaseSync } from 'node:sqlite'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListDatasetsOutput } from '@queue-ops/server/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

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
  const { report } = await mcp.health()
  expect(report.queues).toHaveLength(QUEUES)
  // Every queue has to be told: what counts here is what a model reads, which is one half of it.
  expect((await sizeOf('health_check')) / 2).toBeLessThan(MAX_BYTES)
  const told = report.queues?.map(({ checks, more_checks: more = 0 }) => checks.length + more)
  expect(told?.every((count) => count > 0)).toBe(true)
  expect(report.queues?.at(0)?.checks).not.toEqual([])
  expect(report.queues?.at(-1)?.checks).toEqual([])
})

test('a list of exports is told below that by itself', async () => {
  const request = { dataset: 'table_3', format: 'parquet', limit: 1 }
  await Promise.all(Array.from({ length: 40 }, () => mcp.startExport(request)))
  expect(await sizeOf('list_exports')).toBeLessThan(MAX_BYTES)
})

test('no other answer was larger', () => {
  expect(program.log().filter(({ event }) => event === 'large_answer')).toEqual([])
})
