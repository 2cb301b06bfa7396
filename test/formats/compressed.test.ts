import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { catalogueOf } from '@queue-ops/server/catalogue'
import { ExportFormat, type Compression } from '@queue-ops/server/contract'
import { sqlite } from '@queue-ops/server/sources/sqlite'
import { writeExport } from '@queue-ops/server/write-export'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeDatasetsFile } from '../support/dataset-files.ts'
import { temporaryFolder } from '../support/program.ts'
import { awkward } from './awkward-table.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  const database = new DatabaseSync(join(folder.path, 'awkward.sqlite'))
  database.exec('CREATE TABLE awkward (text TEXT, integer INTEGER, real REAL, binary BLOB)')
  const insert = database.prepare('INSERT INTO awkward VALUES (?, ?, ?, ?)')
  const at = (name: string) => awkward.columns.findIndex((column) => column.name === name)
  for (const cells of awkward.rows) {
    const [text, integer, real, binary] = ['text', 'integer', 'real', 'binary'].map((name) => cells[at(name)] ?? null)
    insert.run(text as string, integer as number, real as number, binary as Uint8Array)
  }
  database.close()
})
afterAll(() => folder?.[Symbol.asyncDispose]())

const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync }

for (const format of ExportFormat.options) {
  for (const compression of ['gzip', 'zstd'] as const) {
    test(`${format} in ${compression} is the file that it is without`, async () => {
      const plain = await exported(format, 'none')
      const packed = await exported(format, compression)
      expect(packed.equals(plain)).toBe(false)
      expect(unpack[compression](packed).equals(plain)).toBe(true)
    })
  }
}

async function exported(format: ExportFormat, compression: Compression): Promise<Buffer> {
  const datasetsFile = await writeDatasetsFile(folder.path, 'awkward', 'awkward.sqlite', 'awkward')
  const text = await readFile(datasetsFile, 'utf8')
  const catalogue = await catalogueOf({ path: datasetsFile, text, variables: {} }, folder.path, [sqlite])
  const place = {
    folder: join(folder.path, `${format}-${compression}`),
    id: '1',
    minFreeBytes: 0,
    attempt: randomUUID(),
  }
  await mkdir(place.folder, { recursive: true })
  const data = { dataset: 'awkward', format, compression }
  const { path, rows, bytes } = await writeExport(place, data, catalogue, () => undefined)
  const file = await readFile(path)
  expect({ rows, bytes }).toEqual({ rows: awkward.rows.length, bytes: file.length })
  return file
}
