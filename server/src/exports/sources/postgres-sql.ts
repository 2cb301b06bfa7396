import type { Dialect } from './sql.ts'
import { nameParts } from './table-name.ts'

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

function isBigint(value: unknown): boolean {
  const text = String(value)
  return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}

export const postgresDialect: Dialect = {
  quoting: 'standard',
  identifier: quote,
  table: (name) => nameParts(name).map(quote).join('.'),
  numbered: true,
  nullsLast: true,
  comparesRows: true,
  // The server reads a value as what it is compared with, but for whole numbers: one that is too large for its column is
  // no error, it is more than all of them.
  bind(value, type, at) {
    if (value instanceof Uint8Array) return { sql: `$${at}`, value: Buffer.from(value) }
    const isNumber = type === 'integer' || type === 'decimal' || type === 'real'
    const bound = isNumber && typeof value === 'boolean' ? Number(value) : value
    return { sql: type === 'integer' ? `$${at}::${isBigint(bound) ? 'bigint' : 'numeric'}` : `$${at}`, value: bound }
  },
  operand(identifier, { operator, column }) {
    if (operator === 'contains' || operator === 'prefix') return `${identifier}::text COLLATE "C"`
    // Not every one of these types can be compared: `json` cannot.
    return column.type === 'json' ? `${identifier}::text` : identifier
  },
  contains: (text, part) => `strpos(${text}, ${part()}) > 0`,
  startsWith: (text, prefix) => `starts_with(${text}, ${prefix()})`,
}
