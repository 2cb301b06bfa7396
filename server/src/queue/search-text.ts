/** What of a job is searched. */
export interface JobTexts {
  id: string
  name: string
  /** JSON text. */
  data: string
  reason: string
}

/** So much is told before what was found, and in all. */
const BEFORE_CHARS = 60
const TOLD_CHARS = 300

/** The same letters in every store: those of ASCII are compared whether they are capitals or not, others exactly. */
export const smallLetters = (text: string): string => text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase())

/** How a text may stand in a job: as it is, and as JSON writes it, which some programs do with ASCII only. */
export function needlesOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replaceAll(/[^\0-~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return [...new Set([text, json, ascii].map(smallLetters))]
}

/** Whether one of the needles is in a job. */
export const isIn = ({ id, name, data, reason }: JobTexts, needles: readonly string[]): boolean =>
  [id, name, reason, data].some((text) => placeIn(text, needles) >= 0)

/** What is told of a job that has a needle in it. */
export function beginningAround({ data, reason }: JobTexts, needles: readonly string[]): string {
  for (const text of [reason, data]) {
    const at = placeIn(text, needles)
    if (at >= 0) return text.slice(Math.max(0, at - BEFORE_CHARS)).slice(0, TOLD_CHARS)
  }
  return (reason || data).slice(0, TOLD_CHARS)
}

function placeIn(text: string, needles: readonly string[]): number {
  const small = smallLetters(text)
  for (const needle of needles) {
    const at = small.indexOf(needle)
    if (at >= 0) return at
  }
  return -1
}
