import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { Compression } from '../contract.ts'
import { version } from '../version.ts'
import type { Catalogue } from './datasets/catalogue.ts'
import type { Dataset, Rows, Selection } from './datasets/dataset.ts'
import type { ExportData } from './export-job.ts'
import type { ContainerFormat, Format, RowFormat, Table } from './formats/format.ts'
import { formats } from './formats/list.ts'
import { canBeFound } from './kept-key.ts'
import { withoutLargeRows } from './large-rows.ts'
import type { Cell } from './sources/source.ts'
import { OutOfRoom } from './files/disk-errors.ts'
import {
  findWhole,
  removeUnfinished,
  UnfinishedFile,
  type Place,
  type Resumed,
  type WholeFile,
} from './unfinished-file.ts'

/**
 * Rows that are safe on disk are not read again when the worker dies; making them safe costs a sync of the disk. The first
 * ones come sooner, so that an export whose worker is killed again and again still gets on.
 */
const FIRST_CHECKPOINT_MS = 250
const CHECKPOINT_EVERY_MS = 2000

const REPORT_EVERY_MS = 500

/** A text of so many rows is turned into bytes while it still is in the processor's cache, a third faster than one of 500. */
const PIECE_ROWS = 20

export interface RowsDone {
  rows: number
  /** Null when the source cannot tell. */
  total: number | null
}

/** A file that is whole and on disk, but not yet under its name. */
export interface WrittenExport extends WholeFile {
  path: string
  /** How many of the rows come from an attempt before. */
  resumedRows: number
}

/**
 * Reads the rows that `data` asks for and writes them to an unfinished file in `place`, going on behind what an attempt
 * before has left where order and format allow that; a whole file that could not be published is not written again. Rejects
 * with OpsError, after which the file stays as it is, except when there was no room for it.
 *
 * @param report is told how it goes, a few times a second at most
 * @param firstCheckpointMs when rows are made safe for the first time
 */
export async function writeExport(
  place: Place,
  data: ExportData,
  catalogue: Catalogue,
  report: (done: RowsDone) => void,
  firstCheckpointMs = FIRST_CHECKPOINT_MS,
): Promise<WrittenExport> {
  const dataset = catalogue.pick(data.dataset)
  const selection = await dataset.select(selectionOf(data))
  const print = fingerprint(data, dataset, selection)
  const before = await findWhole(place, print)
  if (before) return { path: before.path, ...before.whole, resumedRows: before.whole.rows }
  try {
    const file = await UnfinishedFile.begin(place, print)
    return await writeRest(file, dataset, selection, data, { report, firstCheckpointMs })
  } catch (error) {
    if (error instanceof OutOfRoom) await removeUnfinished(place)
    throw error
  }
}

async function writeRest(
  begun: UnfinishedFile,
  dataset: Dataset,
  selection: Selection,
  data: ExportData,
  { report, firstCheckpointMs }: Pace,
): Promise<WrittenExport> {
  let file = begun
  try {
    let opened = await dataset.open(selection, file.resumed)
    if (!opened) {
      file = await file.beginAnew()
      opened = await dataset.open(selection, null)
    }
    const { columns, batches } = opened
    const rows = { ...opened, batches: () => withoutLargeRows(batches(), columns) }
    const counter = new Counter(file, rows, report)
    const notes = new Set(file.resumed ? [twoMoments(file.resumed, Date.now())] : [])
    const export_ = { file, rows, notes, counter, firstCheckpointMs }
    try {
      await write(export_, formats[data.format], { columns: rows.columns, options: data })
    } finally {
      await rows.close()
    }
    export_.counter.report()
    const whole = await file.finish(export_.counter.rows, [...export_.notes, ...rows.notes()])
    return { path: file.path, ...whole, resumedRows: file.resumed?.rows ?? 0 }
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * Each attempt reads in a view of its own, and no source tells cheaply and for certain that nothing was changed between two.
 *
 * @param now when the second view was there already
 */
const twoMoments = ({ rows, readFrom }: Resumed, now: number) =>
  `Rows 1 to ${rows.toLocaleString('en')} were read before a worker ended, from ${new Date(readFrom).toISOString()} on, those behind them after ${new Date(now).toISOString()}: what was changed in between may be in the file twice, or not at all.`

interface Pace {
  report: (done: RowsDone) => void
  firstCheckpointMs: number
}

interface Writing {
  file: UnfinishedFile
  rows: Rows
  notes: Set<string>
  counter: Counter
  firstCheckpointMs: number
}

async function write(writing: Writing, format: Format, table: Table) {
  const { compression = 'none' } = table.options
  if ('begin' in format && compression === 'none') return writeRows(writing, format, table)
  const bytes = 'begin' in format ? renderRows(writing, format, table) : renderContainer(writing, format, table)
  const toFile = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) await writing.file.write(chunk)
  }
  if (compression === 'none') return toFile(bytes as AsyncIterable<Uint8Array>)
  await pipeline(bytes, compressors[compression](), toFile)
}

const compressors: Record<Exclude<Compression, 'none'>, () => ReturnType<typeof createGzip>> = {
  gzip: () => createGzip({ level: 6 }),
  zstd: () => createZstdCompress(),
}

/** Row by row, so that it can be continued: what is on disk always ends with a whole row. */
async function writeRows({ file, rows, counter, firstCheckpointMs }: Writing, format: RowFormat, table: Table) {
  const writer = format.begin(table)
  if (!file.resumed) await file.write(writer.head())
  let pauseMs = firstCheckpointMs
  let safeAt = performance.now()
  for await (const batch of rows.batches()) {
    for (let at = 0; at < batch.length; at += PIECE_ROWS) {
      const piece = batch.slice(at, at + PIECE_ROWS)
      await file.write(writer.rows(piece, counter.rows))
      counter.add(piece.length)
    }
    const last = batch.at(-1)
    if (!rows.keyAt || !last || performance.now() - safeAt < pauseMs) continue
    const key = rows.keyAt.map((at) => last[at] as Cell)
    if (!canBeFound(key)) continue
    await file.checkpoint(counter.rows, key)
    safeAt = performance.now()
    pauseMs = Math.min(pauseMs * 2, CHECKPOINT_EVERY_MS)
  }
  await file.write(writer.tail(counter.rows))
}

async function* renderRows({ rows, counter }: Writing, format: RowFormat, table: Table): AsyncGenerator<string> {
  const writer = format.begin(table)
  yield writer.head()
  for await (const batch of rows.batches()) {
    yield writer.rows(batch, counter.rows)
    counter.add(batch.length)
  }
  yield writer.tail(counter.rows)
}

function renderContainer({ rows, counter, notes }: Writing, format: ContainerFormat, table: Table) {
  async function* counted(): AsyncGenerator<Cell[][]> {
    for await (const batch of rows.batches()) {
      yield batch
      counter.add(batch.length)
    }
  }
  return format.render(table, counted(), (sentence) => notes.add(sentence))
}

class Counter {
  rows: number
  readonly #total: number | null
  readonly #report: (done: RowsDone) => void
  #reportedAt = performance.now()

  constructor(file: UnfinishedFile, rows: Rows, report: (done: RowsDone) => void) {
    this.rows = file.resumed?.rows ?? 0
    this.#total = rows.total
    this.#report = report
  }

  add(rows: number) {
    this.rows += rows
    if (performance.now() - this.#reportedAt >= REPORT_EVERY_MS) this.report()
  }

  report() {
    this.#reportedAt = performance.now()
    this.#report({ rows: this.rows, total: this.#total })
  }
}

/** Files of the same fingerprint have the same bytes as long as the source has the same rows. */
function fingerprint(data: ExportData, dataset: Dataset, { columns, key }: Selection): string {
  return createHash('sha256')
    .update(JSON.stringify([version, data, dataset.fingerprint, columns, key]))
    .digest('hex')
}

function selectionOf({ filters, parameters, columns, order_by, limit }: ExportData) {
  return { filters, parameters, columns, order_by, limit }
}
