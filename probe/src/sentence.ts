/**
 * Text from elsewhere as a piece of one line: control and other invisible characters become spaces, and it is cut to
 * `limit` characters.
 */
export function oneLine(text: string, limit: number): string {
  const clean = text
    .slice(0, limit * 4)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  const characters = Array.from(clean)
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : clean
}

/** `plural(1, 'consumer')` is "1 consumer". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
