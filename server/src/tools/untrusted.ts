import { bytesInAnswer } from './answer-size.ts'

/** What steers a terminal or is not seen at all, which no honest reason needs. Line breaks and tabs stay. */
const invisible = /[^\P{C}\n\t]/gu

/**
 * Text that producers or workers wrote, fit for a model's eyes: cut to so many bytes of an answer, and without characters
 * that people do not see. Half a pair of surrogates becomes a replacement character.
 *
 * @param length of the whole text, when only its beginning is given
 */
export function untrusted(text: string, maxBytes: number, length = text.length): string {
  const cut = within(text.slice(0, maxBytes).toWellFormed(), maxBytes)
  const seen = cut.toWellFormed().replaceAll(invisible, '\u{FFFD}')
  return cut.length === length ? seen : `${seen}… (${length - cut.length} more characters)`
}

/** A value as JSON text, treated the same. */
export const untrustedJson = (value: unknown, maxBytes: number): string =>
  value === undefined || value === null ? '' : untrusted(JSON.stringify(value) ?? '', maxBytes)

function within(text: string, maxBytes: number): string {
  let kept = text.slice(0, maxBytes)
  for (let bytes = bytesInAnswer(kept); bytes > maxBytes; bytes = bytesInAnswer(kept)) {
    kept = kept.slice(0, Math.floor((kept.length * maxBytes) / bytes))
  }
  return kept
}
