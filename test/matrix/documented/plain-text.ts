import type { Truth } from '../truth.ts'

/** A cell where there is nothing but text: numbers in the shortest form that is the same number, binary as base64. */
export function plainText(truth: Exclude<Truth, null>): string {
  if (Buffer.isBuffer(truth)) return truth.toString('base64')
  return Object.is(truth, -0) ? '-0' : String(truth)
}

/** Docs: `=` `+` `-` `@`, also full-width, behind white space; a tab or a line break; apostrophes in front count along. */
export const looksLikeFormula = (text: string) => /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(text)
