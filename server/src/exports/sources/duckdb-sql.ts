import type { ColumnType } from '../../contract.ts'
import { askFor, keyTypeOf, type DuckColumn } from './duckdb-cells.ts'
import { quote } from './duckdb-literals.ts'
import type { Dialect } from './sql.ts'
import { nameParts } from './table-name.ts'

/** What the values of tests are cast to; a text that is compared with another type would be compared as a text. */
const casts: Partial<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  json: 'VARCHAR',
  boolean: 'BOOLEAN',
  real: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  datetime: 'TIMESTAMP',
  timestamp: 'TIMESTAMPTZ',
  binary: 'BLOB',
}

/** A value that is cast to another type loses digits or is not compared with these. */
const NANOSECONDS = new Set(['TIME_NS', 'TIMESTAMP_NS'])

const LARGEST = 2n ** 63n - 1n
const LARGEST_SIGNED = 2n ** 127n - 1n
const WHOLE = /^[+-]?\d{1,39}$/
const DECIMAL = /^[+-]?(\d{1,38})(?:\.(\d{1,37}))?$/

/** @param columns those that are read or compared */
export function duckDialect(columns: DuckColumn[]): Dialect {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return {
    quoting: 'standard',
    identifier: quote,
    table: (name) => nameParts(name).map(quote).join('.'),
    whole: 'files',
    numbered: true,
    nullsLast: true,
    comparesRows: false,
    bind(value, type, at, column) {
      if (value instanceof Uint8Array) return { sql: `unhex($${at})`, value: Buffer.from(value).toString('hex') }
      if (type === null || value === null) return { sql: `$${at}`, value }
      const isNumber = type === 'integer' || type === 'decimal' || type === 'real'
      const text = String(isNumber && typeof value === 'boolean' ? Number(value) : value)
      const known = byName.get(column ?? '')?.type
      return { sql: `CAST($${at} AS ${NANOSECONDS.has(known ?? '') ? known : castFor(text, type)})`, value: text }
    },
    cell: (identifier, name) => askFor(byName.get(name), identifier),
    operand(identifier, { column, operator }) {
      const known = byName.get(column.name)
      if (column.type === 'text' || column.type === 'json' || operator === 'contains' || operator === 'prefix') {
        return `CAST(${askFor(known, identifier)} AS VARCHAR)`
      }
      // 1.1 as a 32-bit float is another number than 1.1: what people see is compared.
      return known?.type === 'FLOAT' ? `CAST(CAST(${identifier} AS VARCHAR) AS DOUBLE)` : identifier
    },
    bindKey(value, column, at) {
      const known = byName.get(column)
      if (value instanceof Uint8Array) return { sql: `unhex($${at})`, value: Buffer.from(value).toString('hex') }
      return { sql: `CAST($${at} AS ${(known && keyTypeOf(known)) ?? 'VARCHAR'})`, value: String(value) }
    },
    contains: (text, part) => `contains(${text}, ${part()})`,
    startsWith: (text, prefix) => `starts_with(${text}, ${prefix()})`,
  }
}

function castFor(text: string, type: ColumnType): string {
  if ((type === 'integer' || type === 'decimal') && WHOLE.test(text)) {
    const value = BigInt(text)
    if (value > LARGEST_SIGNED) return 'UHUGEINT'
    return value > LARGEST || value < -LARGEST ? 'HUGEINT' : 'BIGINT'
  }
  const [, whole = '', fraction = ''] = DECIMAL.exec(text) ?? []
  if (type === 'integer' || type === 'decimal') {
    return whole ? `DECIMAL(${Math.min(whole.length + fraction.length, 38)}, ${fraction.length})` : 'DECIMAL(38, 0)'
  }
  return casts[type] ?? 'VARCHAR'
}
