import type { Cell } from '../sources/source.ts'
import type { RowFormat } from './format.ts'

/** Text that a spreadsheet would run as a formula when it opens the file (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/

/**
 * RFC 4180 in UTF-8: header row, CRLF, quotes where needed. NULL is an empty field, the empty text is `""`, binary is
 * base64. A text that starts like a formula gets a leading apostrophe.
 */
export const csv: RowFormat = {
  contentType: 'text/csv; charset=utf-8',
  begin({ columns, options: { delimiter = ',', bom = false } }) {
    const width = columns.length
    const needsQuotes = new RegExp(`["\\r\\n${delimiter}]`)

    const field = (cell: Cell): string => {
      if (cell === null) return ''
      if (typeof cell !== 'string') {
        return cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : String(cell)
      }
      if (cell === '') return '""'
      const text = FORMULA.test(cell) ? `'${cell}` : cell
      return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    }
    const line = (cells: Cell[]): string => {
      let text = field(cells[0] as Cell)
      for (let at = 1; at < width; at++) text += delimiter + field(cells[at] as Cell)
      // A line without any character would be taken for no line at all.
      return `${text || '""'}\r\n`
    }
    return {
      head: () => (bom ? '\u{feff}' : '') + line(columns.map((column) => column.name)),
      rows: (batch) => batch.map(line).join(''),
      tail: () => '',
    }
  },
}
