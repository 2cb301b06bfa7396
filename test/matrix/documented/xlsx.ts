import type { SheetCell } from '../../formats/openpyxl.ts'
import type { Truth, TrueColumn } from '../truth.ts'
import { isoSeconds, momentOf } from './moments.ts'
import { looksLikeFormula, plainText } from './plain-text.ts'

const MAX_CHARS = 32_767
const MARCH_1900 = Date.UTC(1900, 2, 1) / 1000
const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(\d+))?)?$/

/** The cell that docs/formats.md promises, as openpyxl shows it: `n` number, `s` text, `d` date or time, `b` boolean. */
export function sheetCell(truth: Truth, { type }: TrueColumn): SheetCell {
  if (truth === null) return null
  if (typeof truth === 'boolean') return plain('b', truth)
  if (typeof truth === 'number' && Number.isFinite(truth)) return plain('n', truth + 0)
  if (typeof truth === 'bigint' && truth > -(2n ** 53n) && truth < 2n ** 53n) return plain('n', Number(truth))
  const text = plainText(truth)
  if (typeof truth === 'string') {
    if (type === 'decimal' && isShortDecimal(text)) return plain('n', Number(text))
    const dated = type === 'time' ? timeOfDay(text) : isDated(type) ? dateTime(text) : null
    if (dated) return plain('d', dated)
  }
  return { kind: 's', value: cut(text.toWellFormed()), quoted: looksLikeFormula(text) }
}

/** Whether a text is longer than a cell may be. */
export const isCut = (truth: Truth) => truth !== null && plainText(truth).length > MAX_CHARS

const plain = (kind: string, value: number | string | boolean): SheetCell => ({ kind, value, quoted: false })

const isDated = (type: TrueColumn['type']) => type === 'date' || type === 'timestamp' || type === 'datetime'

function isShortDecimal(text: string): boolean {
  const [, whole = '', fraction = ''] = /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  return /^-?\d+(?:\.\d+)?$/.test(text) && (whole + fraction).replace(/^0+/, '').length <= 15
}

function dateTime(text: string): string | null {
  const moment = momentOf(text)
  const isInRange = moment && moment.seconds >= MARCH_1900 && moment.seconds < Date.UTC(10_000, 0, 1) / 1000
  return isInRange ? isoSeconds(moment.seconds) + millis(moment.fraction) : null
}

function timeOfDay(text: string): string | null {
  const [whole, fraction = ''] = TIME_OF_DAY.exec(text) ?? []
  return whole === undefined ? null : text.slice(0, 8).padEnd(8, ':00') + millis(fraction)
}

/** Cut, not rounded, and as Python writes it. */
function millis(fraction: string): string {
  const digits = fraction.slice(0, 3).padEnd(3, '0')
  return digits === '000' ? '' : `.${digits}000`
}

/** Not through the middle of a character beyond U+FFFF. */
function cut(text: string): string {
  if (text.length <= MAX_CHARS) return text
  const short = text.slice(0, MAX_CHARS)
  return short.isWellFormed() ? short : short.slice(0, -1)
}
