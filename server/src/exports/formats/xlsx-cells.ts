import type { Column, ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellText, numberText } from './cell-text.ts'
import { beginsLikeFormula } from './formula.ts'
import { parseMoment, parseTimeOfDay } from './iso-time.ts'
import { styles } from './xlsx-parts.ts'

/** Excel's limit ("Excel specifications and limits", support.microsoft.com), in UTF-16 code units. */
export const MAX_CELL_CHARS = 32_767

/** What happened to cells while they were written. */
export interface CellLosses {
  /** Texts that were longer than a cell may be. */
  cut: number
}

/** Writes the cells of one column; `row` is the number of the row. NULL is no cell. */
export type CellWriter = (row: string, cell: Cell) => string

/** @param letters of the column, such as `AB` */
export function cellWriter({ type }: Column, letters: string, losses: CellLosses): CellWriter {
  const typedText = typedTexts[type]
  const column = `<c r="${letters}`
  return (row, cell) => {
    if (typeof cell === 'string') return typedText?.(column + row, cell) ?? textCell(column + row, cell, losses)
    if (typeof cell === 'number' && Number.isFinite(cell)) return `${column}${row}"><v>${numberText(cell)}</v></c>`
    if (typeof cell === 'boolean') return `${column}${row}" t="b"><v>${cell ? 1 : 0}</v></c>`
    return cell === null ? '' : textCell(column + row, cellText(cell), losses)
  }
}

/** A cell of the header row. */
export const headerCell = (letters: string, name: string, losses: CellLosses) =>
  textCell(`<c r="${letters}1`, name, losses, styles.header)

/**
 * Texts that are more than texts, by the type of their column; null when one is not what the column promises. `begun` is
 * the cell up to its address.
 */
const typedTexts: Partial<Record<ColumnType, (begun: string, text: string) => string | null>> = {
  decimal: (begun, text) => (isExactDouble(text) ? `${begun}"><v>${text}</v></c>` : null),
  date: momentCell,
  timestamp: momentCell,
  datetime: momentCell,
  time(begun, text) {
    const micros = parseTimeOfDay(text)
    return micros === null ? null : timeCell(begun, 0, micros, styles.time, styles.timeMillis)
  },
}

/** A spreadsheet keeps and shows 15 digits ("Excel specifications and limits"); so many a double holds without loss. */
const EXACT_DIGITS = 15
const DECIMAL = /^-?\d+(?:\.\d+)?$/

function isExactDouble(text: string): boolean {
  if (!DECIMAL.test(text)) return false
  if (text.length <= EXACT_DIGITS) return true
  const digits = text
    .replace(/^-?0*/, '')
    .replace(/\.(\d*?)0*$/, '$1')
    .replace(/^0+/, '')
  return digits.length <= EXACT_DIGITS || (!text.includes('.') && Number.isSafeInteger(Number(text)))
}

/**
 * Spreadsheets count days from 1900 on as if that year had a February 29: from March 1, 1900 on their numbers are right,
 * before that they are not those of the calendar, or none at all.
 */
const EPOCH_1970 = 25_569
const MARCH_1900 = 61
const LAST_OF_9999 = 2_958_465

function momentCell(begun: string, text: string): string | null {
  const moment = parseMoment(text)
  if (!moment) return null
  const day = moment.days + EPOCH_1970
  if (day < MARCH_1900 || day > LAST_OF_9999) return null
  if (!moment.hasTime) return numberCell(begun, day, styles.date)
  return timeCell(begun, day, moment.micros, styles.moment, styles.momentMillis)
}

const DAY_MILLIS = 86_400_000

/** Spreadsheets show milliseconds at most, and round: a microsecond before midnight would be shown as the next day. */
function timeCell(begun: string, day: number, micros: number, style: number, styleOfMillis: number): string {
  const millis = Math.floor(micros / 1000)
  return numberCell(begun, day + millis / DAY_MILLIS, millis % 1000 === 0 ? style : styleOfMillis)
}

const numberCell = (begun: string, value: number, style: number) => `${begun}" s="${style}"><v>${value}</v></c>`

function textCell(begun: string, whole: string, losses: CellLosses, style?: number): string {
  let text = whole
  if (text.length > MAX_CELL_CHARS) {
    losses.cut += 1
    // Not through the middle of a character beyond U+FFFF.
    text = text.slice(0, isHighSurrogate(text.charCodeAt(MAX_CELL_CHARS - 1)) ? MAX_CELL_CHARS - 1 : MAX_CELL_CHARS)
  }
  const shown = style ?? (beginsLikeFormula(text) ? styles.quoted : 0)
  const attributes = shown === 0 ? '' : ` s="${shown}"`
  if (!UNSAFE.test(text)) return `${begun}"${attributes} t="inlineStr"><is><t>${text}</t></is></c>`
  return `${begun}"${attributes} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff

/** Everything that {@link escapeXml} changes, and white space at either end, which XML readers may drop. */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const UNSAFE = /[&<>\u0000-\u001f\ud800-\udfff\ufffe\uffff]|_x|^\s|\s$/

/**
 * What XML cannot hold, and CR, which XML readers turn into LF, is written `_xHHHH_` as Excel does (ECMA-376, part 1,
 * 22.9.2.19), and a text that looks like such an escape has its underscore escaped.
 */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const NOT_XML = /[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

export const escapeXml = (text: string) =>
  text
    .toWellFormed()
    .replace(NOT_XML, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
