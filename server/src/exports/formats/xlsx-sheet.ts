import type { Column } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellText } from './cell-text.ts'
import { cellWriter, headerCell, type CellLosses, type CellWriter } from './xlsx-cells.ts'
import { sheetNs, xml } from './xlsx-parts.ts'

/** Excel's limit ("Excel specifications and limits", support.microsoft.com). */
export const MAX_SHEET_ROWS = 1_048_576

/** Texts are handed on at about this size: while they still are in the processor's cache. */
const PIECE_CHARS = 1 << 13

/** Rows that are taken from batches as they are needed, so that a sheet may end in the middle of a batch. */
export class RowFeed {
  readonly #batches: AsyncIterator<Cell[][]>
  #batch: Cell[][] = []

  constructor(batches: AsyncIterable<Cell[][]>) {
    this.#batches = batches[Symbol.asyncIterator]()
  }

  /** At least one row and at most `most`; null when there are no more. */
  async take(most: number): Promise<Cell[][] | null> {
    const rows = await this.#peek()
    if (!rows) return null
    this.#batch = rows.slice(most)
    return rows.length > most ? rows.slice(0, most) : rows
  }

  /** The rows that come next, left where they are; null when there are no more. */
  peek(): Promise<Cell[][] | null> {
    return this.#peek()
  }

  async close(): Promise<void> {
    await this.#batches.return?.()
  }

  async #peek(): Promise<Cell[][] | null> {
    while (this.#batch.length === 0) {
      const { done, value } = await this.#batches.next()
      if (done) return null
      this.#batch = value
    }
    return this.#batch
  }
}

/** Writes sheets, each with the same header. */
export class SheetWriter {
  readonly losses: CellLosses = { cut: 0 }
  readonly #columns: Column[]
  readonly #letters: string[]
  readonly #cells: CellWriter[]
  #widths: string | null = null

  constructor(columns: Column[]) {
    this.#columns = columns
    this.#letters = columns.map((_, at) => columnLetters(at))
    this.#cells = columns.map((column, at) => cellWriter(column, columnLetters(at), this.losses))
  }

  /** The XML of the next sheet, with as many rows as it holds; gives back what its filter covers. */
  async *sheet(feed: RowFeed): AsyncGenerator<string, string> {
    // The widths of the first sheet are those of all.
    this.#widths ??= columnWidths(this.#columns, (await feed.peek()) ?? [])
    let rows = 1
    let piece = `${beforeRows(this.#widths)}${this.#header()}`
    while (rows < MAX_SHEET_ROWS) {
      const taken = await feed.take(MAX_SHEET_ROWS - rows)
      if (!taken) break
      for (const cells of taken) piece += this.#row((rows += 1), cells)
      if (piece.length < PIECE_CHARS) continue
      yield piece
      piece = ''
    }
    const last = this.#letters.at(-1)
    yield `${piece}</sheetData><autoFilter ref="A1:${last}${rows}"/></worksheet>`
    return `$A$1:$${last}$${rows}`
  }

  #header(): string {
    const cells = this.#columns.map(({ name }, at) => headerCell(this.#letters[at] ?? '', name, this.losses))
    return `<row r="1">${cells.join('')}</row>`
  }

  #row(number: number, cells: Cell[]): string {
    const row = `${number}`
    let text = `<row r="${row}">`
    for (let at = 0; at < this.#cells.length; at++) {
      const cell = cells[at] as Cell
      if (cell !== null) text += (this.#cells[at] as CellWriter)(row, cell)
    }
    return `${text}</row>`
  }
}

/** The header stays in sight while rows are scrolled. */
const beforeRows = (widths: string) =>
  `${xml}<worksheet xmlns="${sheetNs}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${widths}<sheetData>`

/** In characters: wide enough for a filter's button, not so wide that a long text hides the other columns. */
const MIN_WIDTH = 8
const MAX_WIDTH = 60

/** The space beside a text, and the filter's button in the header. */
const PADDING = 2

function columnWidths(columns: Column[], rows: Cell[][]): string {
  const widths = columns.map(({ name }, at) => {
    const longest = rows.reduce((most, cells) => Math.max(most, shownChars(cells[at] ?? null)), name.length + PADDING)
    return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, longest + PADDING))
  })
  const cols = widths.map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`)
  return `<cols>${cols.join('')}</cols>`
}

function shownChars(cell: Cell): number {
  if (cell === null) return 0
  return typeof cell === 'string' ? cell.length : Math.min(cellText(cell).length, MAX_WIDTH)
}

/** A, B … Z, AA, AB …: the name of a column by its index. */
function columnLetters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26))
  return at < 26 ? last : columnLetters(Math.floor(at / 26) - 1) + last
}
