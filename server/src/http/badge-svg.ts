/** Of 11 px Verdana, the widest of the fonts that are named; narrower ones are spread to it by `textLength`. */
const CHAR_PX = 7
const PAD_PX = 6
const LONGEST = 40

/** An image with two fields: what it is about, and how that is. The texts may be anything. */
export function badge(subject: string, state: string, colour: string): string {
  const [left, right] = [short(subject), short(state)]
  const [leftPx, rightPx] = [left, right].map((text) => [...text].length * CHAR_PX + 2 * PAD_PX) as [number, number]
  const label = escaped(`${left}: ${right}`)
  const field = (text: string, x: number, width: number) =>
    `<text x="${x + PAD_PX}" y="14" textLength="${width - 2 * PAD_PX}">${escaped(text)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${leftPx + rightPx}" height="20" role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<rect width="${leftPx}" height="20" fill="#24292f"/>`,
    `<rect x="${leftPx}" width="${rightPx}" height="20" fill="${colour}"/>`,
    `<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">`,
    field(left, 0, leftPx),
    field(right, leftPx, rightPx),
    '</g></svg>',
  ].join('')
}

const short = (text: string) => ([...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text)

const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' }

/** XML has no control characters at all, however they are written. */
const escaped = (text: string) =>
  text.replaceAll(/\p{Cc}|\p{Cs}/gu, '�').replaceAll(/[<>&"']/g, (character) => entities[character] ?? '')
