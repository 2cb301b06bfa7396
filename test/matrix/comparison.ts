/** A cell that is not as it should be. */
export interface WrongCell {
  /** From 1; 0 is the header. */
  row: number
  column: string
  expected: string | null | undefined
  found: string | null | undefined
}

/** A table of comparable texts, null where there is no value. */
export type Texts = (string | null)[][]

/** Compares cell by cell, also those that only one of both has, and gives those that differ. */
export function compareCells(names: string[], expected: Texts, found: Texts): { cells: number; wrong: WrongCell[] } {
  const wrong: WrongCell[] = []
  let cells = 0
  for (let row = 0; row < Math.max(expected.length, found.length); row++) {
    const [should, is] = [expected[row] ?? [], found[row] ?? []]
    for (let at = 0; at < Math.max(should.length, is.length); at++) {
      cells += 1
      if (should[at] === is[at]) continue
      wrong.push({
        row,
        column: names[at] ?? `column ${at}`,
        expected: shortened(should[at]),
        found: shortened(is[at]),
      })
    }
  }
  return { cells, wrong }
}

const shortened = (text: string | null | undefined) =>
  text && text.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text
