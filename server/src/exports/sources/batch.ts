import type { Cell } from './source.ts'

/** Small enough that other callers of this event loop wait a few milliseconds at most, large enough to cost nothing. */
export const BATCH_ROWS = 500

/** A batch of large cells is handed over when it is about this big, in bytes. */
export const BATCH_BYTES = 1 << 20

/** Roughly what a row takes in memory, in bytes. */
export function sizeOf(row: Cell[]): number {
  let bytes = 0
  for (const cell of row) {
    if (typeof cell === 'string') bytes += cell.length
    else if (cell instanceof Uint8Array) bytes += cell.byteLength
    else bytes += 8
  }
  return bytes
}

/** A whole number as a number where that is exact. */
export function plainNumber(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** 0 and 1 of columns that hold booleans as numbers. Any other number stays what it is. */
export const plainBoolean = (cell: Cell): Cell => {
  if (cell === 0 || cell === 0n) return false
  return cell === 1 || cell === 1n ? true : cell
}

/** The shortest number that is the same as a 32-bit float: 1.1 rather than 1.100000023841858. */
export function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** The bytes of a driver's Buffer as what everybody else's are. */
export const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)
