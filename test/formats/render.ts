import { writeFile } from 'node:fs/promises'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Column, ExportFormat, FileOptions } from '@queue-ops/server/contract'
import { formats } from '@queue-ops/server/formats/list'
import type { Cell } from '@queue-ops/server/sources/source'

/** What a format says of the file beside writing it. */
export interface Rendered {
  bytes: Buffer
  notes: string[]
}

const BATCH_ROWS = 7

/** Writes a table in batches, as an export does. */
export async function render(
  name: ExportFormat,
  columns: Column[],
  rows: Cell[][],
  options: FileOptions = {},
): Promise<Rendered> {
  const notes: string[] = []
  const chunks = await Array.fromAsync(pieces(name, columns, batchesOf(rows), notes, options))
  return { bytes: Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))), notes }
}

/** Writes a table that is too large for memory. */
export async function renderFile(path: string, name: ExportFormat, columns: Column[], batches: Iterable<Cell[][]>) {
  const notes: string[] = []
  await pipeline(Readable.from(pieces(name, columns, batches, notes, {})), createWriteStream(path))
  return notes
}

/** Writes a table to a file of that name. */
export async function renderTo(path: string, name: ExportFormat, columns: Column[], rows: Cell[][]): Promise<string[]> {
  const { bytes, notes } = await render(name, columns, rows)
  await writeFile(path, bytes)
  return notes
}

async function* pieces(
  name: ExportFormat,
  columns: Column[],
  batches: Iterable<Cell[][]>,
  notes: string[],
  options: FileOptions,
): AsyncGenerator<string | Uint8Array> {
  const format = formats[name]
  const table = { columns, options }
  if (!('begin' in format)) {
    yield* format.render(table, asAsync(batches), (sentence) => notes.push(sentence))
    return
  }
  const writer = format.begin(table)
  let written = 0
  yield writer.head()
  for (const batch of batches) {
    yield writer.rows(batch, written)
    written += batch.length
  }
  yield writer.tail(written)
}

function* batchesOf(rows: Cell[][]) {
  for (let at = 0; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS)
}

async function* asAsync<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values
}
