import type { Truth, TrueColumn } from '../truth.ts'
import { plainText } from './plain-text.ts'

/** A number of a JSON text, by its digits. */
export interface Digits {
  digits: string
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i
const NOT_FINITE = /^(?:NaN|-?Infinity)$/

/** The value that docs/formats.md promises; `read` reads a document as the reader of the file does. */
export function jsonValue(truth: Truth, { type }: TrueColumn, read: (document: string) => unknown): unknown {
  if (truth === null || typeof truth === 'boolean') return truth
  const text = plainText(truth)
  if (typeof truth === 'number' && !Number.isFinite(truth)) return null
  if (typeof truth === 'number' || typeof truth === 'bigint') return { digits: text } satisfies Digits
  if (typeof truth !== 'string') return text
  if (type === 'decimal' && NOT_FINITE.test(text)) return null
  if (type === 'decimal' && NUMBER.test(text)) return { digits: text } satisfies Digits
  return isDocument(truth, type) ? read(text) : text
}

/** Whether a cell is a JSON document, which is embedded. */
export function isDocument(truth: Truth, type: TrueColumn['type']): truth is string {
  if (type !== 'json' || typeof truth !== 'string') return false
  try {
    JSON.parse(truth)
    return true
  } catch {
    return false
  }
}
