import type { Column } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Cell } from './sources/source.ts'

/** A thread's heap holds it, its quoted form and the bytes of both, whatever the format. */
const MAX_ROW_UNITS = 12_000_000

/** Hands batches on as they are. Throws OpsError `invalid_input` at a row that no format could write in bounded memory. */
export async function* withoutLargeRows(batches: AsyncIterable<Cell[][]>, columns: Column[]): AsyncGenerator<Cell[][]> {
  for await (const batch of batches) {
    for (const row of batch) if (unitsOf(row) > MAX_ROW_UNITS) refuse(row, columns)
    yield batch
  }
}

function unitsOf(row: Cell[]): number {
  let units = 0
  for (const cell of row) units += unitsOfCell(cell)
  return units
}

function unitsOfCell(cell: Cell): number {
  if (typeof cell === 'string') return cell.length
  return cell instanceof Uint8Array ? cell.length : 0
}

function refuse(row: Cell[], columns: Column[]): never {
  const sizes = columns.map((_, at) => unitsOfCell(row[at] ?? null))
  const largest = columns[sizes.indexOf(Math.max(...sizes))]?.name ?? ''
  throw new OpsError(
    'invalid_input',
    `A row is larger than the ${MAX_ROW_UNITS.toLocaleString('en-US')} characters that an export can write, mostly because of the column "${largest}": leave it out with columns, or the row with filters.`,
  )
}
