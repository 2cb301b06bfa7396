import type { Dialect } from './sql.ts'
import type { Bindable } from './source.ts'
import { timeCondition } from './sqlite-times.ts'

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

export const sqliteDialect: Dialect = {
  quoting: 'standard',
  identifier: quote,
  table: quote,
  numbered: false,
  nullsLast: false,
  comparesRows: true,
  bind: (value) => ({ sql: '?', value: bindable(value) }),
  comparison: timeCondition,
  contains: (text, part) => `instr(${text}, ${part()}) > 0`,
  startsWith: (text, prefix) => `substr(${text}, 1, length(${prefix()})) = ${prefix()}`,
}

/** SQLite's integers have 64 bits; beyond them it keeps reals. */
const INTEGER_BITS = 64

/** An integer has to be bound as one: the driver binds numbers as reals, and as a real 11 is not equal to the text '11'. */
function bindable(value: Bindable | Uint8Array): Bindable | Uint8Array {
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value !== 'bigint' && !Number.isInteger(value)) return value
  const whole = BigInt(value as number | bigint)
  return BigInt.asIntN(INTEGER_BITS, whole) === whole ? whole : Number(whole)
}
