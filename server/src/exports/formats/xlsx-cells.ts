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

/** Writes the cells of one column: `address` is where the cell stands, such as `A1`. NULL is no cell. */
export type CellWriter = (address: string, cell: Cell) => string

export function cellWriter({ type }: Column, losses: CellLosses): CellWriter {
  const typedText = typedTexts[type]
  return (address, cell) => {
    if (typeof cell === 'string') return typedText?.(address, cell) ?? textCell(address, cell, losses)
    if (typeof cell === 'number' && Number.isFinite(cell)) return `<c r="${address}"><v>${numberText(cell)}</v></c>`
    if (typeof cell === 'boolean') return `<c r="${address}" t="b"><v>${cell ? 1 : 0}</v></c>`
    return cell === null ? '' : textCell(address, cellText(cell), losses)
  }
}

/** A cell of the header row. */
export const headerCell = (address: string, name: string, losses: CellLosses) =>
  textCell(address, name, losses, styles.header)

/** Texts that are more than texts, by the type of their column; null when one is not what the column promises. */
const typedTexts: Partial<Record<ColumnType, (address: string, text: string) => string | null>> = {
  decimal: (address, text) => (isExactDouble(text) ? `<c r="${address}"><v>${text}</v></c>` : null),
  date: momentCell,
  timestamp: momentCell,
  datetime: momentCell,
  time(address, text) {
    const micros = parseTimeOfDay(text)
    return micros === null ? null : timeCell(address, 0, micros, styles.time, styles.timeMillis)
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

function momentCell(address: string, text: string): string | null {
  const moment = parseMoment(text)
  if (!moment) return null
  const day = moment.days + EPOCH_1970
  if (day < MARCH_1900 || day > LAST_OF_9999) return null
  if (!moment.hasTime) return numberCell(address, day, styles.date)
  return timeCell(address, day, moment.micros, styles.moment, styles.momentMillis)
}

const DAY_MILLIS = 86_400_000

/** Spreadsheets show milliseconds at most, and round: a microsecond before midnight would be shown as the next day. */
function timeCell(address: string, day: number, micros: number, style: number, styleOfMillis: number): string {
  const millis = Math.floor(micros / 1000)
  return numberCell(address, day + millis / DAY_MILLIS, millis % 1000 === 0 ? style : styleOfMillis)
}

const numberCell = (address: string, value: number, style: number) =>
  `<c r="${address}" s="${style}"><v>${value}</v></c>`

function textCell(address: string, whole: string, losses: CellLosses, style?: number): string {
  let text = whole
  if (text.length > MAX_CELL_CHARS) {
    losses.cut += 1
    // Not through the middle of a character beyond U+FFFF.
    text = text.slice(0, isHighSurrogate(text.charCodeAt(MAX_CELL_CHARS - 1)) ? MAX_CELL_CHARS - 1 : MAX_CELL_CHARS)
  }
  const shown = style ?? (beginsLikeFormula(text) ? styles.quoted : 0)
  const attributes = shown === 0 ? '' : ` s="${shown}"`
  if (!UNSAFE.test(text)) return `<c r="${address}"${attributes} t="inlineStr"><is><t>${text}</t></is></c>`
  return `<c r="${address}"${attributes} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
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
