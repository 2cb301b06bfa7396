import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellText } from './cell-text.ts'
import type { RowFormat } from './format.ts'
import { beginsLikeFormula, PLAIN_NUMBER } from './formula.ts'

/** Columns in which a text with a sign in front is a value and no formula. */
const NUMERIC = new Set<ColumnType>(['integer', 'real', 'decimal', 'time'])

const SPACE = 0x20

const PART_CHARS = 1 << 16

/**
 * What replaceAll makes of a text is held together by an object for each quote until it is written: of a long text that is
 * more than a thread may have (256 MB for one of 10 MB, measured). Joined parts are not.
 */
function doubled(text: string): string {
  if (text.length <= PART_CHARS) return text.replaceAll('"', '""')
  const parts = []
  for (let at = 0; at < text.length; at += PART_CHARS) {
    parts.push(
      text
        .slice(at, at + PART_CHARS)
        .split('"')
        .join('""'),
    )
  }
  return parts.join('')
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
