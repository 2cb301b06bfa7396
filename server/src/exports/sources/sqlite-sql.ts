import type { Dialect } from './sql.ts'
import { timeCondition } from './sqlite-times.ts'

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`

export const sqliteDialect: Dialect = {
  quoting: 'standard',
  identifier: quote,
  table: quote,
  numbered: false,
  comparesRows: true,
  // An integer has to be bound as one: the driver binds numbers as reals, and as a real 11 is not equal to the text '11'.
  bind(value) {
    if (typeof value === 'boolean') return { sql: '?', value: BigInt(value) }
    return { sql: '?', value: typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value }
  },
  comparison: timeCondition,
  contains: (text, part) => `instr(${text}, ${part()}) > 0`,
  startsWith: (text, prefix) => `substr(${text}, 1, length(${prefix()})) = ${prefix()}`,
}
