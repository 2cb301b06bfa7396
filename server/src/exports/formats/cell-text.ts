import type { Cell } from '../sources/source.ts'

/** What no text is, as text: numbers in their shortest exact form, binary as base64 (RFC 4648, section 4). */
export function cellText(cell: Exclude<Cell, string | null>): string {
  if (typeof cell === 'number') return numberText(cell)
  return typeof cell === 'object' ? base64(cell) : String(cell)
}

/** The shortest decimal that is read back as the same double; unlike String it keeps the sign of -0. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : `${value}`)

export const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')
