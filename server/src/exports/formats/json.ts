import type { Cell } from '../datasets/dataset.ts'
import type { Format } from './format.ts'

/**
 * One JSON array with an object per row, one row a line. Integers keep all their digits, binary is base64, numbers
 * that JSON does not know (infinities) are null.
 */
export const json: Format = {
  contentType: 'application/json; charset=utf-8',
  async *render(columns, batches) {
    const keys = columns.map((column) => `${JSON.stringify(column.name)}:`)
    const object = (cells: Cell[]) => `{${cells.map((cell, at) => keys[at] + value(cell)).join(',')}}`
    let separator = '[\n'
    for await (const batch of batches) {
      yield separator + batch.map(object).join(',\n')
      separator = ',\n'
    }
    yield separator === '[\n' ? '[]\n' : '\n]\n'
  },
}

function value(cell: Cell): string {
  if (typeof cell === 'bigint') return String(cell)
  return JSON.stringify(cell instanceof Uint8Array ? Buffer.from(cell).toString('base64') : cell)
}
