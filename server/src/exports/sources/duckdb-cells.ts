import type { ColumnType } from '../../contract.ts'
import { plainBytes, plainNumber, shortestFloat } from './batch.ts'
import { refuseTwins } from './failure.ts'
import type { Cell, SourceColumn } from './source.ts'
import { shortFraction } from './timestamps.ts'

export interface DuckColumn {
  name: string
  /** As DuckDB writes it, or its other name (`JSON`). */
  type: string
}

/** What the name of a type begins with, what it holds, and how it is asked for where the driver's own value would not do. */
const kinds: [name: RegExp, type: ColumnType, ask?: (column: string) => string][] = [
  [/^(?:STRUCT|MAP|UNION|VARIANT)\b|\]$/, 'json', (column) => `CAST(to_json(${column}) AS VARCHAR)`],
  [/^JSON$/, 'json', asText],
  [/^BOOLEAN$/, 'boolean'],
  [/^U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?$/, 'integer'],
  [/^BIGNUM$/, 'decimal', asText],
  [/^(?:FLOAT|DOUBLE)$/, 'real'],
  [/^DECIMAL/, 'decimal', asText],
  [/^DATE$/, 'date', asText],
  [/^TIME(?:_NS)?$/, 'time', asText],
  [/^TIMESTAMP WITH TIME ZONE$/, 'timestamp', (column) => `CAST(timezone('UTC', ${column}) AS VARCHAR)`],
  [/^TIMESTAMP/, 'datetime', asText],
  [/^BLOB$/, 'binary'],
  [/^VARCHAR$/, 'text'],
  [/^/, 'text', asText],
]

function asText(column: string): string {
  return `CAST(${column} AS VARCHAR)`
}

const kindOf = ({ type }: DuckColumn) => kinds.find(([pattern]) => pattern.test(type))

/** Types whose values are read, bound and compared without becoming others. */
const ORDERED =
  /^(?:VARCHAR|BLOB|BOOLEAN|U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\(.*\)|FLOAT|DOUBLE|DATE|TIME(?:_NS)?|UUID|TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?)$/

/** The type to which a value of a key is cast, null when the column is none to go on behind (ENUM, JSON, LIST, INTERVAL …). */
export const keyTypeOf = ({ type }: DuckColumn): string | null => (ORDERED.test(type) ? type : null)

/** What stands for a column in the list of what is read. */
export const askFor = (column: DuckColumn | undefined, identifier: string): string =>
  (column && kindOf(column)?.[2]?.(identifier)) ?? identifier

export function describeColumns(columns: DuckColumn[]): SourceColumn[] {
  refuseTwins(columns)
  return columns.map((column) => ({
    name: column.name,
    type: kindOf(column)?.[1] ?? 'text',
    sourceType: column.type,
    isUnordered: keyTypeOf(column) === null,
  }))
}

/** Makes cells of what the driver gives (never null) of a column. */
export function cellReader(column: DuckColumn | undefined): (value: unknown) => Cell {
  const name = column?.type ?? ''
  if (name === 'FLOAT') return (value) => shortestFloat(value as number)
  if (name === 'BLOB') return (value) => plainBytes((value as { bytes: Uint8Array }).bytes)
  if (name === 'TIMESTAMP WITH TIME ZONE') return (value) => isoInstant(value as string)
  if (name.startsWith('TIMESTAMP')) return (value) => isoDateTime(value as string, '')
  return (value) => (typeof value === 'bigint' ? plainNumber(value) : (value as Cell))
}

/** DuckDB's own text of what is no ISO 8601 ends with the zone, which it was asked to leave out; `infinity` has none. */
function isoInstant(text: string): string {
  const instant = isoDateTime(text, 'Z')
  return instant.endsWith('Z') || text.endsWith('infinity') ? instant : `${text}+00`
}

/** Years beyond 9999 or before Christ and `infinity` are no ISO 8601 and stay as they are. */
function isoDateTime(text: string, zone: string): string {
  if (text.charCodeAt(10) !== 32 || text.includes('(')) return text
  return shortFraction(`${text.slice(0, 10)}T${text.slice(11)}`) + zone
}
