import type { ColumnType } from '../../contract.ts'
import { misfit, SourceFailure } from './failure.ts'
import type { Bindable, Cell, Test } from './source.ts'

type Comparable = string | number | bigint

/**
 * Tells rows that pass a test from those that do not, for sources without a database to ask. As in SQL, a null passes
 * nothing but `is_null`. Texts are compared as they are, instants to the millisecond. Throws SourceFailure when a value
 * cannot be one of the column.
 */
export function evaluator({ column, operator, values }: Test): (cell: Cell) => boolean {
  const { type } = column
  const wanted = values.map((value) => comparable(value, type))
  const first = wanted[0] ?? ''
  const compared = (passes: (order: number) => boolean) => (cell: Comparable) => passes(compare(cell, first))
  const anyOf = (cell: Comparable) => wanted.some((value) => compare(cell, value) === 0)
  const text = String(values[0])
  const tests: Record<Test['operator'], (cell: Comparable, original: Cell) => boolean> = {
    eq: compared((order) => order === 0),
    ne: compared((order) => order !== 0),
    gt: compared((order) => order > 0),
    gte: compared((order) => order >= 0),
    lt: compared((order) => order < 0),
    lte: compared((order) => order <= 0),
    in: anyOf,
    not_in: (cell) => !anyOf(cell),
    prefix: (_, original) => String(original).startsWith(text),
    contains: (_, original) => String(original).includes(text),
    is_null: () => false,
    not_null: () => true,
  }
  const passes = tests[operator]
  if (operator === 'is_null') return (cell) => cell === null
  return (cell) => cell !== null && passes(comparable(cell, type), cell)
}

function compare(a: Comparable, b: Comparable): number {
  if (a === b) return 0
  return a < b ? -1 : Number(a > b)
}

/** What the order of a type is the order of. */
function comparable(value: Bindable | Uint8Array, type: ColumnType): Comparable {
  switch (type) {
    case 'integer':
      if (typeof value === 'bigint') return value
      return typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? BigInt(value) : finite(Number(value))
    case 'real':
    case 'decimal':
      return finite(Number(value))
    case 'boolean':
      return Number(value === true || value === 1 || value === 'true')
    case 'timestamp':
      return finite(Date.parse(String(value)))
    case 'binary':
      return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
    default:
      return String(value)
  }
}

function finite(value: number): number {
  if (Number.isNaN(value)) throw new SourceFailure(misfit)
  return value
}
