import type { Cell } from './sources/source.ts'

/** The key of a row as JSON, which knows neither large integers, bytes, the zero below zero nor what is no number. */
export const encodeKey = (key: Cell[]): unknown[] => key.map(encodeCell)

export const decodeKey = (kept: unknown[]): Cell[] => kept.map(decodeCell)

/** Whether two keys are the same to the last bit. */
export const isSameKey = (one: Cell[], other: Cell[]) =>
  JSON.stringify(encodeKey(one)) === JSON.stringify(encodeKey(other))

/**
 * Whether a row can be found again by its key. NULL is equal to nothing, and a text with U+FFFD may be one that its source
 * could not give as it is (SQLite).
 */
export const canBeFound = (key: Cell[]) =>
  key.every((cell) => cell !== null && !(typeof cell === 'string' && cell.includes('\uFFFD')))

const encodeCell = (cell: Cell): unknown => {
  if (typeof cell === 'bigint') return { integer: String(cell) }
  if (cell instanceof Uint8Array) return { bytes: Buffer.from(cell).toString('base64') }
  if (Object.is(cell, -0)) return { number: '-0' }
  return typeof cell === 'number' && !Number.isFinite(cell) ? { number: String(cell) } : cell
}

function decodeCell(kept: unknown): Cell {
  if (typeof kept !== 'object' || kept === null) return kept as Cell
  if ('integer' in kept) return BigInt(String(kept.integer))
  if ('number' in kept) return Number(kept.number)
  return 'bytes' in kept ? new Uint8Array(Buffer.from(String(kept.bytes), 'base64')) : null
}
