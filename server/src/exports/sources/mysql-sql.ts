import type { FieldPacket } from 'mysql2'
import type { ColumnType } from '../../contract.ts'
import { columnType, isGeometry } from './mysql-cells.ts'
import type { Dialect } from './sql.ts'
import { nameParts } from './table-name.ts'
import { utcDateTime } from './timestamps.ts'

const quote = (identifier: string) => `\`${identifier.replaceAll('`', '``')}\``

const LARGEST_SIGNED = 2n ** 63n - 1n
const WHOLE = /^[+-]?\d{1,20}$/
const NUMBER = /^[+-]?\d{1,35}(?:\.\d{1,30})?$/

export const mysqlDialect: Dialect = {
  quoting: 'backslashes',
  identifier: quote,
  table: (name) => nameParts(name).map(quote).join('.'),
  numbered: false,
  nullsLast: false,
  comparesRows: false,
  bind(value, type) {
    if (value instanceof Uint8Array) return { sql: 'UNHEX(?)', value: Buffer.from(value).toString('hex') }
    if (typeof value === 'bigint') return { sql: castWhole(value), value: String(value) }
    if (typeof value === 'boolean') return { sql: '?', value: Number(value) }
    if (value === null || type === null) return { sql: '?', value }
    return typed(value, type)
  },
  // By the collation of the column, as equality is; unlike comparing the beginning, LOCATE does not pad with spaces.
  contains: (text, part) => `LOCATE(${part()}, ${text}) > 0`,
  startsWith: (text, prefix) => `LOCATE(${prefix()}, ${text}) = 1`,
  operand(identifier, { column, operator }) {
    if (column.type === 'json') return `CONCAT(${identifier})`
    return operator === 'contains' || operator === 'prefix' ? `CONCAT(${identifier})` : identifier
  },
}

/** A text that is compared with a number is compared as a float, 2^53 and 2^53 + 1 being the same: hence the casts. */
function typed(value: string | number, type: ColumnType): { sql: string; value: unknown } {
  const text = String(value)
  if ((type === 'integer' || type === 'boolean') && WHOLE.test(text))
    return { sql: castWhole(BigInt(text)), value: text }
  if ((type === 'decimal' || type === 'integer') && NUMBER.test(text))
    return { sql: 'CAST(? AS DECIMAL(65,30))', value: text }
  if (type === 'timestamp') return { sql: '?', value: utcDateTime(text) }
  if (type === 'datetime') return { sql: '?', value: text.replace('T', ' ') }
  return { sql: '?', value: type === 'real' ? value : text }
}

const castWhole = (value: bigint) => (value > LARGEST_SIGNED ? 'CAST(? AS UNSIGNED)' : 'CAST(? AS SIGNED)')

/** Names of columns that mysql2 does not take in a result, `__proto__` being one: they are read under another one. */
const REFUSED = /^__/

/** The dialect for reading columns whose types are known. */
export function mysqlReadDialect(fields: FieldPacket[]): Dialect {
  const byName = new Map(fields.map((field) => [field.name, field]))
  return {
    ...mysqlDialect,
    cell(identifier, name) {
      const field = byName.get(name)
      if (field && isGeometry(field)) return `ST_AsBinary(${identifier})`
      return REFUSED.test(name) ? `${identifier} AS ${quote(`column ${name}`)}` : identifier
    },
    bindKey(value, column, at) {
      const field = byName.get(column)
      return mysqlDialect.bind(value, field ? columnType(field) : null, at, column)
    },
  }
}
