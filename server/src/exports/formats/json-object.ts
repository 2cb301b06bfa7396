import type { Column } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'

/**
 * Writes rows as JSON objects. Integers keep all their digits, binary is base64, numbers that JSON does not know
 * (infinities) are null.
 */
export function jsonObject(columns: Column[]): (cells: Cell[]) => string {
  const keys = columns.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return (cells) => {
    let text = ''
    for (let at = 0; at < keys.length; at++) text += keys[at] + value(cells[at] as Cell)
    return `${text}}`
  }
}

function value(cell: Cell): string {
  if (typeof cell === 'string') return JSON.stringify(cell)
  if (cell instanceof Uint8Array) return `"${Buffer.from(cell).toString('base64')}"`
  return typeof cell === 'number' && !Number.isFinite(cell) ? 'null' : String(cell)
}
