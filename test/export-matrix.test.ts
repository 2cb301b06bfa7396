import type { Compression, ExportFormat, ExportResult } from '@queue-ops/server/contract'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checks } from './matrix/checks.ts'
import { compareCells } from './matrix/comparison.ts'
import { documentedLosses, toldLosses } from './matrix/documented/notes.ts'
import { sourceNames, startAwkwardSource, type AwkwardSource } from './matrix/sources.ts'
import { connectHttp, type McpClient } from './support/mcp-client.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

/** How files are asked for, by how their names end. */
const files: Record<keyof typeof checks, { format: ExportFormat; compression?: Compression }> = {
  csv: { format: 'csv' },
  'csv.gz': { format: 'csv', compression: 'gzip' },
  'csv.zst': { format: 'csv', compression: 'zstd' },
  json: { format: 'json' },
  ndjson: { format: 'ndjson' },
  xlsx: { format: 'xlsx' },
  parquet: { format: 'parquet' },
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sources: Record<string, AwkwardSource>
let program: Program
let mcp: McpClient
beforeAll(async () => {
  const started = await Promise.all(sourceNames.map(async (name) => [name, await startAwkwardSource(name)] as const))
  sources = Object.fromEntries(started)
  folder = await temporaryFolder()
  const datasets = started.map(([name, { entry }]) => ({
    name,
    description: 'every awkward value',
    order: ['id'],
    ...entry,
  }))
  const file = join(folder.path, 'datasets.yaml')
  // JSON is YAML too, and its quotes leave no doubt about awkward names.
  await writeFile(file, JSON.stringify({ datasets }, null, 2))
  program = await startProgram({ DATA_DIR: folder.path, DATASETS_FILE: file })
  mcp = await connectHttp(program.url)
})
afterAll(async () => {
  await mcp?.[Symbol.asyncDispose]()
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  for (const source of Object.values(sources ?? {})) await source[Symbol.asyncDispose]()
})

const counted: { rows: number; cells: number; files: number } = { rows: 0, cells: 0, files: 0 }

for (const name of sourceNames) {
  describe(`${name}`, () => {
    for (const [ending, request] of Object.entries(files)) {
      test(`as ${ending} is what the database says, cell by cell`, async () => {
        const { table } = sources[name] as AwkwardSource
        const result = await mcp.finishedExport(await mcp.startExport({ dataset: name, ...request }))
        const path = join(folder.path, `${name}.${ending}`)
        await writeFile(path, await download(result))
        expect(result.rows).toBe(table.rows.length)
        expect(toldLosses(result.notes)).toEqual(documentedLosses(table, request.format))
        for (const [reader, check] of Object.entries(checks[ending as keyof typeof checks])) {
          const { expected, found } = await check(path, table)
          const names = table.columns.map((column) => column.name)
          const { cells, wrong } = compareCells(names, expected, found)
          expect({ reader, wrong }).toEqual({ reader, wrong: [] })
          counted.cells += cells
        }
        counted.files += 1
        counted.rows += result.rows
      })
    }
  })
}

test('all of them were compared', () => {
  const tables = Object.values(sources).map(({ table }) => ({
    rows: table.rows.length,
    cells: table.rows.length * table.columns.length,
    values: table.rows.flat().filter((truth) => truth !== null).length,
  }))
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
  const inFiles = sum(tables.map(({ cells }) => cells)) * Object.keys(files).length
  console.info(
    `${counted.cells.toLocaleString('en-US')} cells compared: ${inFiles.toLocaleString('en-US')} cells of ${counted.files} files, most by two readers; ${sum(tables.map(({ values }) => values)).toLocaleString('en-US')} values that are not NULL in ${tables.length} tables`,
  )
  expect(counted.files).toBe(sourceNames.length * Object.keys(files).length)
  expect(counted.rows).toBe(sum(tables.map(({ rows }) => rows)) * Object.keys(files).length)
  expect(counted.cells).toBeGreaterThan(inFiles)
})

/** The whole file, which is what its status says that it is. */
async function download(result: ExportResult & { download_url: string }): Promise<Buffer> {
  const response = await fetch(result.download_url)
  expect(response.status).toBe(200)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect({ bytes: result.bytes, sha256: result.sha256 }).toEqual({
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
  return bytes
}
