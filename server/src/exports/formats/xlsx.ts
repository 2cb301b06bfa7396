import { OpsError } from '../../errors.ts'
import type { Column } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import type { ContainerFormat } from './format.ts'
import { MAX_CELL_CHARS } from './xlsx-cells.ts'
import * as parts from './xlsx-parts.ts'
import { RowFeed, SheetWriter } from './xlsx-sheet.ts'
import { zip, type ZipEntry } from './zip.ts'

/** Excel's limit ("Excel specifications and limits", support.microsoft.com). */
const MAX_COLUMNS = 16_384

/** A workbook: a bold header row that stays in sight, typed cells, further sheets behind the first when that is full. */
export const xlsx: ContainerFormat = {
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  render({ columns }, batches, note) {
    refuseTooWide(columns)
    return zip(entries(columns, batches, note))
  },
}

async function* entries(
  columns: Column[],
  batches: AsyncIterable<Cell[][]>,
  note: (sentence: string) => void,
): AsyncGenerator<ZipEntry> {
  const feed = new RowFeed(batches)
  const writer = new SheetWriter(columns)
  const sheets: parts.WrittenSheet[] = []
  try {
    // In this order `file` and the like know a workbook by its first entries.
    yield part('_rels/.rels', parts.packageRelations)
    yield part('xl/styles.xml', parts.stylesPart)
    do {
      const at = sheets.length
      yield {
        path: parts.sheetPath(at),
        pieces: sheet(writer, feed, (range) => sheets.push({ name: parts.sheetName(at), range })),
      }
    } while (await feed.peek())
  } finally {
    await feed.close()
  }
  yield part('xl/workbook.xml', parts.workbookPart(sheets))
  yield part('xl/_rels/workbook.xml.rels', parts.workbookRelations(sheets))
  yield part('[Content_Types].xml', parts.contentTypesPart(sheets))
  for (const sentence of notes(sheets.length, writer.losses.cut)) note(sentence)
}

async function* sheet(writer: SheetWriter, feed: RowFeed, written: (range: string) => void): AsyncGenerator<string> {
  written(yield* writer.sheet(feed))
}

function part(path: string, text: string): ZipEntry {
  async function* pieces() {
    yield text
  }
  return { path, pieces: pieces() }
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
