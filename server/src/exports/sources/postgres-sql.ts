import type { Dialect } from './sql.ts'
import { nameParts } from './table-name.ts'

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

export const postgresDialect: Dialect = {
  quoting: 'standard',
  identifier: quote,
  table: (name) => nameParts(name).map(quote).join('.'),
  numbered: true,
  // The server reads a value as what it is compared with. A large number is no error for a small column, it is more than
  // all of them: hence the type.
  bind(value, type, at) {
    const number = typeof value === 'boolean' && (type === 'integer' || type === 'decimal' || type === 'real')
    const bound = value instanceof Uint8Array ? Buffer.from(value) : number ? Number(value) : value
    return { sql: type === 'integer' ? `$${at}::bigint` : `$${at}`, value: bound }
  },
  operand(identifier, { operator, column }) {
    if (operator === 'contains' || operator === 'prefix') return `${identifier}::text COLLATE "C"`
    // Not every one of these types can be compared: `json` cannot.
    return column.type === 'json' ? `${identifier}::text` : identifier
  },
  contains: (text, part) => `strpos(${text}, ${part()}) > 0`,
  startsWith: (text, prefix) => `starts_with(${text}, ${prefix()})`,
}
