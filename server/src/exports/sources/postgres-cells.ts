import { types, type CustomTypesConfig } from 'pg'
import type { ColumnType } from '../../contract.ts'
import { plainNumber } from './batch.ts'
import type { Cell } from './source.ts'

const { BOOL, BYTEA, INT8, INT2, INT4, OID, FLOAT4, FLOAT8, NUMERIC } = types.builtins
const { DATE, TIME, TIMESTAMP, TIMESTAMPTZ, JSON, JSONB } = types.builtins

const columnTypes = new Map<number, ColumnType>([
  [BOOL, 'boolean'],
  [INT2, 'integer'],
  [INT4, 'integer'],
  [INT8, 'integer'],
  [OID, 'integer'],
  [FLOAT4, 'real'],
  [FLOAT8, 'real'],
  [NUMERIC, 'decimal'],
  [DATE, 'date'],
  [TIME, 'time'],
  [TIMESTAMP, 'datetime'],
  [TIMESTAMPTZ, 'timestamp'],
  [JSON, 'json'],
  [JSONB, 'json'],
  [BYTEA, 'binary'],
])

/** What a type of PostgreSQL holds. All that are not in the list are exported as the text that PostgreSQL writes. */
export const columnType = (oid: number): ColumnType => columnTypes.get(oid) ?? 'text'

const parsers = new Map<number, (text: string) => Cell>([
  [BOOL, (text) => text === 't'],
  [INT2, Number],
  [INT4, Number],
  [OID, Number],
  [INT8, (text) => (text.length < 16 ? Number(text) : plainNumber(BigInt(text)))],
  [FLOAT4, Number],
  [FLOAT8, Number],
  [TIMESTAMP, isoDateTime],
  [TIMESTAMPTZ, isoTimestamp],
  // As `\x` and two digits a byte.
  [BYTEA, (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))],
])

/** `2024-05-06 07:08:09.123456`; years beyond 9999 or before Christ and `infinity` are no ISO 8601 and stay as they are. */
function isoDateTime(text: string): string {
  return text.charCodeAt(10) === 32 && !text.endsWith('C') ? `${text.slice(0, 10)}T${text.slice(11)}` : text
}

function isoTimestamp(text: string): string {
  return text.charCodeAt(10) === 32 && text.endsWith('+00') ? `${isoDateTime(text.slice(0, -3))}Z` : text
}

/** Parsers for one batch that count how many characters they were given. */
export function cellParsers(): { types: CustomTypesConfig; chars(): number } {
  let chars = 0
  const getTypeParser = (oid: number) => {
    const parse = parsers.get(oid)
    return (text: string) => {
      chars += text.length
      return parse ? parse(text) : text
    }
  }
  return { types: { getTypeParser }, chars: () => chars }
}
