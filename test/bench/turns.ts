/** The same list with another one first in each turn. */
export const rotated = <T>(items: T[], turn: number): T[] =>
  items.map((_, at) => items[(at + turn) % items.length] as T)

/** Tells whoever waits how far a run is; the report alone goes to stdout. */
export const tellProgress = (text: string) => process.stderr.write(`${text}\n`)
