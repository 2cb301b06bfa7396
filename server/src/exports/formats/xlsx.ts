import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { OpsError } from '../../errors.ts'
import type { Column } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import type { ContainerFormat } from './format.ts'
import { MAX_CELL_CHARS } from './xlsx-cells.ts'
import * as parts from './xlsx-parts.ts'
import { RowFeed, SheetWriter } from './xlsx-sheet.ts'

/** Excel's limit ("Excel specifications and limits", support.microsoft.com). */
const MAX_COLUMNS = 16_384

/** The fastest: a fifth larger than level 6 in half the time. */
const DEFLATE_LEVEL = 1

/** A fixed date, so that the same rows give the same file. */
const zipOptions = { compressionLevel: DEFLATE_LEVEL, mtime: new Date(1980, 0, 1), forceDosTimestamp: true }

/** A workbook: a bold header row that stays in sight, typed cells, further sheets behind the first when that is full. */
export const xlsx: ContainerFormat = {
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  render({ columns }, batches, note) {
    refuseTooWide(columns)
    const zip = new ZipFile()
    // yazl makes it a PassThrough; its type declarations only promise something readable.
    const file = zip.outputStream as PassThrough
    const work = writeParts(zip, file, columns, batches, note)
    // yazl passes the failure of what it reads on to nobody.
    const fail = (error: Error) => void file.destroy(error)
    zip.on('error', fail)
    work.catch(fail)
    return file
  },
}

async function writeParts(
  zip: ZipFile,
  file: PassThrough,
  columns: Column[],
  batches: AsyncIterable<Cell[][]>,
  note: (sentence: string) => void,
) {
  const add = (text: string, path: string) => zip.addBuffer(Buffer.from(text), path, zipOptions)
  const feed = new RowFeed(batches)
  const writer = new SheetWriter(columns)
  const sheets: parts.WrittenSheet[] = []
  try {
    // In this order `file` and the like know a workbook by its first entries.
    add(parts.packageRelations, '_rels/.rels')
    add(parts.stylesPart, 'xl/styles.xml')
    do sheets.push(await addSheet(zip, file, writer, feed, sheets.length))
    while (await feed.peek())
  } finally {
    await feed.close()
  }
  add(parts.workbookPart(sheets), 'xl/workbook.xml')
  add(parts.workbookRelations(sheets), 'xl/_rels/workbook.xml.rels')
  add(parts.contentTypesPart(sheets), '[Content_Types].xml')
  zip.end()
  for (const sentence of notes(sheets.length, writer.losses.cut)) note(sentence)
}

async function addSheet(zip: ZipFile, file: PassThrough, writer: SheetWriter, feed: RowFeed, at: number) {
  let range = ''
  async function* text() {
    range = yield* writer.sheet(feed)
  }
  if (file.destroyed) throw new Error('nobody wants the file any more')
  const sheet = Readable.from(text(), { objectMode: false })
  // yazl does not tell what it reads that nobody wants the file any more.
  const stop = () => sheet.destroy()
  file.once('close', stop)
  zip.addReadStream(sheet, parts.sheetPath(at), zipOptions)
  await finished(sheet)
  file.off('close', stop)
  return { name: parts.sheetName(at), range }
}

function refuseTooWide({ length }: Column[]) {
  if (length <= MAX_COLUMNS) return
  throw new OpsError(
    'invalid_input',
    `A sheet holds at most ${inWords(MAX_COLUMNS)} columns and these are ${inWords(length)}: name fewer in columns, or choose csv or json.`,
  )
}

function notes(sheets: number, cut: number): string[] {
  const more = `The rows stand on ${sheets} sheets, because one holds at most 1,048,575 under its header.`
  const texts = cut === 1 ? '1 text was' : `${inWords(cut)} texts were`
  const shorter = `${texts} cut to the ${inWords(MAX_CELL_CHARS)} characters that a cell holds; csv, json, ndjson and parquet keep all of them.`
  return [...(sheets > 1 ? [more] : []), ...(cut > 0 ? [shorter] : [])]
}

const inWords = (count: number) => count.toLocaleString('en-US')
