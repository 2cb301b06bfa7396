import type { FieldPacket } from 'mysql2'
import type { ColumnType } from '../../contract.ts'
import { plainBytes, plainNumber, shortestFloat } from './batch.ts'
import type { Cell } from './source.ts'
import { shortFraction } from './timestamps.ts'

/** Types, flags and the character set of bytes, by their numbers in the protocol (dev.mysql.com/doc/dev/mysql-server). */
const TINY = 1
const FLOAT = 4
const DOUBLE = 5
const TIMESTAMP = 7
const LONGLONG = 8
const DATE = 10
const TIME = 11
const DATETIME = 12
const BIT = 16
const VECTOR = 242
const JSON_TYPE = 245
const DECIMAL = 246
const BLOBS = [249, 250, 251, 252, 253, 254]
const GEOMETRY = 255
const INTEGERS = [TINY, 2, 3, LONGLONG, 9, 13]
const UNSIGNED = 32
const ENUM = 256
const SET = 2048
const BINARY_CHARSET = 63

const typeOf = (field: FieldPacket) => field.columnType ?? field.type ?? 0
const flagsOf = (field: FieldPacket) => Number(field.flags)

export const isGeometry = (field: FieldPacket) => typeOf(field) === GEOMETRY

/** BOOLEAN is another word for tinyint(1). Those that hold other numbers than 0 and 1 give them as numbers. */
const isBoolean = (field: FieldPacket) =>
  field.columnLength === 1 && (typeOf(field) === BIT || (typeOf(field) === TINY && !(flagsOf(field) & UNSIGNED)))

const plainTypes = new Map<number, ColumnType>([
  ...INTEGERS.map((type): [number, ColumnType] => [type, 'integer']),
  [BIT, 'integer'],
  [FLOAT, 'real'],
  [DOUBLE, 'real'],
  [DECIMAL, 'decimal'],
  [DATE, 'date'],
  [TIME, 'time'],
  [DATETIME, 'datetime'],
  [TIMESTAMP, 'timestamp'],
  [JSON_TYPE, 'json'],
  [VECTOR, 'json'],
  [GEOMETRY, 'binary'],
])

/** What a column holds. */
export function columnType(field: FieldPacket): ColumnType {
  if (isBoolean(field)) return 'boolean'
  // MariaDB knows JSON only as a text with a check.
  if (field.extendedFormat === 'json') return 'json'
  // Types of MariaDB that have a text of their own, such as UUID and INET6.
  if (field.extendedTypeName !== undefined && !isGeometry(field)) return 'text'
  if (BLOBS.includes(typeOf(field)) && field.characterSet === BINARY_CHARSET) return 'binary'
  return plainTypes.get(typeOf(field)) ?? 'text'
}

/** A text is sorted by so many of its bytes (max_sort_length, as servers have it by default). */
const SORTED_BYTES = 1024

/**
 * ENUM and SET are sorted by number, but compared as texts; a FLOAT is compared as a DOUBLE, which has other digits; of long
 * texts only the beginning is sorted by.
 */
export function isUnordered(field: FieldPacket): boolean {
  if (flagsOf(field) & (ENUM | SET)) return true
  if ([FLOAT, DOUBLE, BIT, JSON_TYPE, VECTOR, GEOMETRY].includes(typeOf(field)) || field.extendedFormat === 'json')
    return true
  return BLOBS.includes(typeOf(field)) && (field.columnLength ?? 0) > SORTED_BYTES
}

const asItIs = (value: unknown) => (value instanceof Uint8Array ? plainBytes(value) : (value as Cell))

/** Makes cells of what the driver gives (never null) of a column: as it is where nothing else is said. */
export function cellReader(field: FieldPacket): (value: unknown) => Cell {
  switch (typeOf(field)) {
    case LONGLONG:
      return (value) => plainNumber(BigInt(value as string))
    case BIT:
      return (value) => plainNumber(BigInt(`0x${(value as Buffer).toString('hex') || '0'}`))
    case FLOAT:
      return (value) => shortestFloat(value as number)
    case DATETIME:
      return (value) => isoDateTime(value as string)
    case TIMESTAMP:
      return (value) => (isZero(value as string) ? (value as string) : `${isoDateTime(value as string)}Z`)
    case VECTOR:
      return (value) => JSON.stringify(value)
    default:
      return asItIs
  }
}

/** `0000-00-00` and dates without a month or day are no dates of ISO 8601. */
const isZero = (text: string) => text.startsWith('0000-') || text.includes('-00')

const isoDateTime = (text: string) => shortFraction(isZero(text.slice(0, 10)) ? text : text.replace(' ', 'T'))
