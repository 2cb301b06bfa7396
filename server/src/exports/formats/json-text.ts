import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { base64, numberText } from './cell-text.ts'

/**
 * A cell as JSON, on one line. Integers and decimals keep all their digits, JSON documents stay what they are, binary is
 * base64, numbers that JSON does not know (NaN, infinities) are null.
 */
export function jsonText(cell: Cell, type: ColumnType): string {
  if (typeof cell === 'string') return (textsOf[type] ?? jsonString)(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? numberText(cell) : 'null'
  return cell instanceof Uint8Array ? `"${base64(cell)}"` : String(cell)
}

/** What JSON.stringify escapes: quotes, backslashes, control characters and lone surrogates. */
// oxlint-disable-next-line no-control-regex -- these are the characters in question
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

/** Most texts need no escapes, and looking for some is faster than JSON.stringify. */
const jsonString = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`)

/** The numbers of JSON (RFC 8259, section 6). */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** What PostgreSQL's numeric knows beside numbers. */
const NOT_FINITE = /^(?:NaN|-?Infinity)$/

/** Texts that are more than texts, by the type of their column; one that is not what the column promises is a string. */
const textsOf: Partial<Record<ColumnType, (text: string) => string>> = {
  decimal(text) {
    if (JSON_NUMBER.test(text)) return text
    return NOT_FINITE.test(text) ? 'null' : jsonString(text)
  },
  // Line breaks of valid JSON stand between its tokens only.
  json: (text) => (isJson(text) ? text.replace(/[\r\n]+/g, ' ') : jsonString(text)),
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
