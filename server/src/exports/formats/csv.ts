import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellText } from './cell-text.ts'
import type { RowFormat } from './format.ts'
import { beginsLikeFormula, PLAIN_NUMBER } from './formula.ts'

/** Columns in which a text with a sign in front is a value and no formula. */
const NUMERIC = new Set<ColumnType>(['integer', 'real', 'decimal', 'time'])

const SPACE = 0x20

/** Of a longer text with many quotes, replaceAll makes more small pieces than a thread may hold. */
const SLICE_CHARS = 1 << 16

function doubled(text: string): string {
  if (text.length <= SLICE_CHARS) return text.replaceAll('"', '""')
  const slices = []
  for (let at = 0; at < text.length; at += SLICE_CHARS) {
    slices.push(text.slice(at, at + SLICE_CHARS).replaceAll('"', '""'))
  }
  return slices.join('')
}

/**
 * RFC 4180 in UTF-8: header row, CRLF, quotes where needed. NULL is an empty field, the empty text is `""`, binary is
 * base64 (no bytes `""`). A text that starts like a formula gets a leading apostrophe.
 */
export const csv: RowFormat = {
  contentType: 'text/csv; charset=utf-8',
  begin({ columns, options: { delimiter = ',', bom = false, formula_guard: guard = true } }) {
    const width = columns.length
    const isNumeric = columns.map(({ type }) => NUMERIC.has(type))
    const needsQuotes = new RegExp(`["\\r\\n${delimiter}]`)

    const textField = (text: string, numeric: boolean): string => {
      if (text === '') return '""'
      const isFormula = guard && beginsLikeFormula(text) && !(numeric && PLAIN_NUMBER.test(text))
      const field = isFormula ? `'${text}` : text
      if (needsQuotes.test(field)) return `"${doubled(field)}"`
      // There are readers that trim what is not quoted.
      const trimmable = field.charCodeAt(0) <= SPACE || field.charCodeAt(field.length - 1) <= SPACE
      return trimmable ? `"${field}"` : field
    }
    const line = (cells: Cell[]): string => {
      let text = ''
      for (let at = 0; at < width; at++) {
        const cell = cells[at] as Cell
        if (at > 0) text += delimiter
        if (typeof cell === 'string') text += textField(cell, isNumeric[at] as boolean)
        // Of what is no text only bytes can be empty: they are not NULL either.
        else if (cell !== null) text += cellText(cell) || '""'
      }
      // A line without any character would be taken for no line at all.
      return text === '' ? '""\r\n' : `${text}\r\n`
    }
    const names = columns.map(({ name }) => textField(name, false))
    return {
      head: () => `${bom ? '\u{feff}' : ''}${names.join(delimiter)}\r\n`,
      rows: (batch) => {
        let text = ''
        for (const cells of batch) text += line(cells)
        return text
      },
      tail: () => '',
    }
  },
}
