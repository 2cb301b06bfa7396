import type { Cell } from '../datasets/dataset.ts'
import type { Format } from './format.ts'

/** Text that a spreadsheet would run as a formula when it opens the file (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

/**
 * RFC 4180 in UTF-8: header row, CRLF, quotes where needed. NULL is an empty field, the empty text is `""`, binary is
 * base64. A text that starts like a formula gets a leading apostrophe.
 */
export const csv: Format = {
  contentType: 'text/csv; charset=utf-8',
  async *render(columns, batches) {
    yield line(columns.map((column) => column.name))
    for await (const batch of batches) yield batch.map(line).join('')
  },
}

/** A line without any character would be taken for no line at all. */
const line = (cells: Cell[]) => `${cells.map(field).join(',') || '""'}\r\n`

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell)
  if (typeof cell !== 'string') return Buffer.from(cell).toString('base64')
  if (cell === '') return '""'
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
