import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { parse as parseCsv } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectHttp, connectStdio, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { stores, type TestStore } from './support/stores.ts'

type Row = Record<string, string | number | null>

let folder: Awaited<ReturnType<typeof temporaryFolder>>

for (const [storeName, startStore] of Object.entries(stores)) {
  describe(`on ${storeName}`, () => {
    let store: TestStore
    let program: Program
    beforeAll(async () => {
      store = await startStore()
      folder = await temporaryFolder()
      program = await startProgram({ QUEUE_URL: store.url, DATA_DIR: folder.path })
    })
    afterAll(async () => {
      await program?.[Symbol.asyncDispose]()
      await folder?.[Symbol.asyncDispose]()
      await store?.[Symbol.asyncDispose]()
    })

    roundTrips('HTTP', () => connectHttp(program.url))
    roundTrips('stdio', () => connectStdio({ QUEUE_URL: store.url, DATA_DIR: folder.path, ROLE: 'server' }))
  })
}

function roundTrips(transport: string, connect: () => Promise<McpClient>): void {
  describe(`over ${transport}`, () => {
    let mcp: McpClient
    beforeAll(async () => {
      mcp = await connect()
    })
    afterAll(() => mcp?.[Symbol.asyncDispose]())

    test('the tools are listed as reviewed', async () => {
      const { tools } = await mcp.client.listTools()
      // Which of them can be tasks is told to this era only: tasks.test.ts.
      const reviewed = tools.map((tool) => ({ ...tool, execution: undefined }))
      await expect(`${JSON.stringify(reviewed, null, 2)}\n`).toMatchFileSnapshot('snapshots/tools.json')
    })

    for (const [format, read] of Object.entries({ csv: readCsv, json: readJson, xlsx: readXlsx })) {
      test(`a filtered ${format} export is downloaded with exactly the rows that SQL returns`, async () => {
        const began = performance.now()
        const jobId = await mcp.startExport({ dataset: 'cities', format, filters: { country: 'NL' } })
        const answeredMs = performance.now() - began
        const result = await mcp.finishedExport(jobId)
        console.info(`${transport} ${format}: job id after ${answeredMs.toFixed(0)} ms`)

        const bytes = await fetchFile(result.download_url)
        const rows = await read(bytes)
        expect(rows).toEqual(selectCities(`WHERE country = 'NL'`))
        expect(result).toMatchObject({
          rows: rows.length,
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
          file: `${jobId}.${format}`,
        })
        expect(await mcp.exportStatus(jobId)).toMatchObject({
          state: 'completed',
          progress: { rows: rows.length, total: rows.length },
          fail_reason: null,
        })
      })
    }

    test('the whole sample, without a filter and without naming the only dataset, is exported', async () => {
      const result = await mcp.finishedExport(await mcp.startExport({ format: 'csv' }))
      expect(result.rows).toBe(135_233)
      expect(readCsv(await fetchFile(result.download_url))).toEqual(selectCities(''))
    })
  })
}
const columns = ['id', 'name', 'country', 'feature_code', 'admin_code', 'population', 'latitude', 'longitude']
const numeric = new Set(['id', 'population', 'latitude', 'longitude'])

function selectCities(where: string): Row[] {
  const db = new DatabaseSync(join(folder.path, 'sample.sqlite'), { readOnly: true })
  const rows = db.prepare(`SELECT * FROM cities ${where}`).all()
  db.close()
  return rows.map((row) => ({ ...row }) as Row)
}

function readCsv(bytes: Buffer): Row[] {
  const lines: Record<string, string>[] = parseCsv(bytes, { columns: true })
  return lines.map((line) =>
    Object.fromEntries(columns.map((column) => [column, csvValue(column, line[column] ?? '')])),
  )
}
const csvValue = (column: string, text: string) => (text === '' ? null : numeric.has(column) ? Number(text) : text)

const readJson = (bytes: Buffer): Row[] => JSON.parse(bytes.toString()) as Row[]

async function readXlsx(bytes: Buffer): Promise<Row[]> {
  const [header, ...lines] = await readSheet(bytes)
  expect(header).toEqual(columns)
  return lines.map((line) => Object.fromEntries(columns.map((column, at) => [column, line[at] as Row[string]])))
}

async function fetchFile(url: string): Promise<Buffer> {
  if (url.startsWith('file:')) return readFile(fileURLToPath(url))
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=/)
  return Buffer.from(await response.arrayBuffer())
}
