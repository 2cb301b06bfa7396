import type { Column } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import type { SheetCell } from './openpyxl.ts'

const text = (value: string): SheetCell => ({ kind: 's', value, quoted: false })
const number = (value: number): SheetCell => ({ kind: 'n', value, quoted: false })

/** A cell as docs/formats.md says that it is written. */
export function asSheetCell(cell: Cell, { type }: Column): SheetCell {
  if (cell === null) return null
  if (typeof cell === 'boolean') return { kind: 'b', value: cell, quoted: false }
  if (typeof cell === 'number') return Number.isFinite(cell) ? number(cell + 0) : text(String(cell))
  if (typeof cell === 'bigint') return text(String(cell))
  if (cell instanceof Uint8Array) return text(cut(Buffer.from(cell).toString('base64')))
  const dated = spreadsheetTimes[type]?.[cell]
  if (dated) return { kind: 'd', value: dated, quoted: false }
  if (type === 'decimal' && spreadsheetNumbers.has(cell)) return number(Number(cell))
  return text(cut(cell.toWellFormed()))
}

const cut = (whole: string) =>
  whole.length <= 32_767 ? whole : whole.slice(0, whole.startsWith('y') ? 32_766 : 32_767)

/** Numbers of at most 15 digits, and whole ones up to 2^53. */
const spreadsheetNumbers = new Set([
  '0',
  '0.1',
  '-0.0000000001',
  '12.5000000000',
  '123456789012345',
  '0.00',
  '-0.01',
  '9999999999.99',
  '12.50',
  '007',
  '-0.00000000000000000000000000000000000001',
])

/** What a spreadsheet can hold of the dates and times, as Python writes them. */
const spreadsheetTimes: Partial<Record<string, Record<string, string>>> = {
  date: {
    '1900-03-01': '1900-03-01T00:00:00',
    '1970-01-01': '1970-01-01T00:00:00',
    '2024-02-29': '2024-02-29T00:00:00',
    '9999-12-31': '9999-12-31T00:00:00',
  },
  time: { '00:00:00': '00:00:00', '23:59:59.999999': '23:59:59.999000', '12:30': '12:30:00' },
  timestamp: {
    '1970-01-01T00:00:00Z': '1970-01-01T00:00:00',
    '2024-02-29T12:34:56.123456Z': '2024-02-29T12:34:56.123000',
    '1900-03-01T00:00:00Z': '1900-03-01T00:00:00',
    '9999-12-31T23:59:59.999999Z': '9999-12-31T23:59:59.999000',
    '2024-06-30 23:59:59.5Z': '2024-06-30T23:59:59.500000',
  },
  datetime: {
    '1970-01-01T00:00:00': '1970-01-01T00:00:00',
    '2024-02-29 12:34:56.123456': '2024-02-29T12:34:56.123000',
    '9999-12-31T23:59:59.999': '9999-12-31T23:59:59.999000',
  },
}

export const unstyled = (cell: SheetCell): SheetCell => cell && { ...cell, quoted: false }

/** LibreOffice shows 15 digits and makes one LF of CR LF. */
export function asShown(cell: SheetCell, { type }: Pick<Column, 'type'>): string | number {
  if (cell === null) return ''
  if (cell.kind === 'n') return Number(Number(cell.value).toPrecision(14))
  if (cell.kind === 'b') return String(cell.value).toUpperCase()
  const shown = String(cell.value)
  if (cell.kind !== 'd') return shown.replaceAll('\r\n', '\n')
  return type === 'date' ? shown.slice(0, 10) : shown.replace('T', ' ').replace(/000$/, '')
}

export const comparable = (shownText: string, cell: SheetCell): string | number =>
  cell?.kind === 'n' ? Number(Number(shownText).toPrecision(14)) : shownText
