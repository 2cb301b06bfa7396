/**
 * How texts begin that a spreadsheet runs as a formula (OWASP, "CSV Injection"): with an operator, also in its full-width
 * form and behind white space, or with a tab or a line break. Apostrophes in front count along, so that one that is put
 * there as a guard can be told from one that was there before.
 */
const FORMULA = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/

/** Letters and what stands behind them in ASCII begin no formula: most texts are decided by their first character. */
const FIRST_LETTER = 0x41
const LAST_ASCII = 0x7f

export function beginsLikeFormula(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(first >= FIRST_LETTER && first <= LAST_ASCII) && FORMULA.test(text)
}

/** A plain number or a time of day: harmless, although it may begin with a sign. */
export const PLAIN_NUMBER = /^[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\d+:\d\d:\d\d(?:\.\d+)?)$/
