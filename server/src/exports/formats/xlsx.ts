import { Readable, type PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { OpsError } from '../../errors.ts'
import type { Column } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import type { ContainerFormat } from './format.ts'

/** Excel's limits ("Excel specifications and limits", support.microsoft.com). */
const MAX_SHEET_ROWS = 1_048_576
const MAX_CELL_CHARS = 32_767

/** The same rows give the same bytes, whenever they are written. */
const always = { mtime: new Date(1980, 0, 1) }

/** A workbook with one sheet: header row, numbers as numbers, everything else as text, NULL as an empty cell. */
export const xlsx: ContainerFormat = {
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  render({ columns }, batches) {
    const zip = new ZipFile()
    for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name, always)
    // yazl makes it a PassThrough; its type declarations only promise something readable.
    const file = zip.outputStream as PassThrough
    const sheet = Readable.from(sheetXml(columns, batches), { objectMode: false })
    // yazl passes on neither the failure of what it reads nor the loss of interest in what it writes.
    sheet.on('error', (error) => file.destroy(error))
    file.on('close', () => sheet.destroy())
    zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', always)
    zip.end()
    return file
  },
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const packageNs = 'http://schemas.openxmlformats.org/package/2006'
const officeNs = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const sheetNs = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** The fixed parts of a workbook (ECMA-376, part 1, 12.2). */
const parts = {
  '[Content_Types].xml': `${xml}<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${sheetType}.worksheet+xml"/></Types>`,
  '_rels/.rels': `${xml}<Relationships xmlns="${packageNs}/relationships"><Relationship Id="rId1" Type="${officeNs}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${xml}<workbook xmlns="${sheetNs}" xmlns:r="${officeNs}"><sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="${packageNs}/relationships"><Relationship Id="rId1" Type="${officeNs}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
}

async function* sheetXml(columns: Column[], batches: AsyncIterable<Cell[][]>) {
  const letters = columns.map((_, at) => columnLetters(at))
  let rows = 0
  const row = (cells: Cell[]) => {
    rows += 1
    if (rows > MAX_SHEET_ROWS) {
      throw new OpsError(
        'invalid_input',
        'A sheet holds at most 1,048,575 rows: filter the export or choose csv or json.',
      )
    }
    return `<row r="${rows}">${letters.map((letter, at) => cellXml(`${letter}${rows}`, cells[at] ?? null)).join('')}</row>`
  }
  yield `${xml}<worksheet xmlns="${sheetNs}"><sheetData>${row(columns.map((column) => column.name))}`
  for await (const batch of batches) yield batch.map(row).join('')
  yield '</sheetData></worksheet>'
}

/** A, B … Z, AA, AB …: the name of a column by its index. */
function columnLetters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26))
  return at < 26 ? last : columnLetters(Math.floor(at / 26) - 1) + last
}

function cellXml(address: string, cell: Cell): string {
  if (cell === null) return ''
  // A number of a workbook is a double: a bigint would lose digits and an infinity is not valid XML there.
  if (typeof cell === 'number' && Number.isFinite(cell)) return `<c r="${address}"><v>${cell}</v></c>`
  const text = cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : String(cell)
  if (text.length > MAX_CELL_CHARS) {
    throw new OpsError(
      'invalid_input',
      'A cell holds at most 32,767 characters and a text is longer: choose csv or json.',
    )
  }
  return `<c r="${address}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

/**
 * What XML cannot hold is written `_xHHHH_` as Excel does (ECMA-376, part 1, 22.9.2.19), and a text that looks like
 * such an escape has its underscore escaped.
 */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const NOT_XML = /[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const escapeXml = (text: string) =>
  text
    .toWellFormed()
    .replace(NOT_XML, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
