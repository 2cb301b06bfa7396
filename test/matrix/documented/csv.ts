import type { ColumnType } from '@queue-ops/server/contract'
import type { Truth, TrueColumn } from '../truth.ts'
import { looksLikeFormula, plainText } from './plain-text.ts'

/** Columns in which numbers are left alone when they come as texts. */
const NUMERIC: ColumnType[] = ['integer', 'real', 'decimal', 'time']
const NUMBER = /^[+-]?\d[\d.:]*(?:e[+-]?\d+)?$/i

/** The field that docs/formats.md promises; null is one without quotes. */
export function csvField(truth: Truth, { type }: Pick<TrueColumn, 'type'>): string | null {
  if (truth === null) return null
  const text = plainText(truth)
  if (typeof truth !== 'string' || !looksLikeFormula(text)) return text
  return NUMERIC.includes(type) && NUMBER.test(text) ? text : `'${text}`
}
