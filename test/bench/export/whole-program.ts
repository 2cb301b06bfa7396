import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { ExportFormat } from '@queue-ops/server/contract'
import { temporaryFolder } from '../../support/program.ts'
import { perSecond, type Figures } from '../figures.ts'
import type { BenchData } from './bench-data.ts'
import { startExporter } from './exporter.ts'
import { countRows } from './row-count.ts'

/**
 * The peak memory of the whole program, whose only work was one export: of so few rows, then in another process of all.
 * Nothing where the system does not tell.
 */
export async function memory(data: BenchData, format: ExportFormat, fewRows: number): Promise<Figures> {
  const few = await peakOfExport(data, format, fewRows)
  const all = await peakOfExport(data, format, undefined)
  if (few === undefined || all === undefined) return {}
  return { memoryFew: few, memory: all, memoryMore: all - few }
}

async function peakOfExport(data: BenchData, format: ExportFormat, limit: number | undefined) {
  await using exporter = await startExporter(data)
  const { rows } = await exporter.finished(await exporter.start(format, limit))
  const wanted = limit ?? data.rows
  if (rows !== wanted) throw new Error(`it exported ${rows} rows, not ${wanted}`)
  return exporter.peakMemory()
}

/** An export of very many rows, fetched as a client would and counted by a reader that is not ours. */
export async function many(data: BenchData, format: ExportFormat): Promise<Figures> {
  await using exporter = await startExporter(data)
  const startedAt = performance.now()
  const result = await exporter.finished(await exporter.start(format))
  const tookMs = performance.now() - startedAt
  const memory = exporter.peakMemory()
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'many')
  if (result.download_url === null) throw new Error('the file was gone before it was fetched')
  await download(result.download_url, file)
  return {
    manyRows: (await countRows(file, format, data.rows)) ?? result.rows,
    manyRate: perSecond(result.rows, tookMs),
    manySize: result.bytes / 1e6,
    ...(memory === undefined ? {} : { manyMemory: memory }),
  }
}

async function download(url: string, file: string) {
  const { body, status } = await fetch(url)
  if (status !== 200 || !body) throw new Error(`the file was answered with ${status}`)
  await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(file))
}
