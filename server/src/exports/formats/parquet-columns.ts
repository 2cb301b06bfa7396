import type { ParquetWriter } from 'hyparquet-writer'
import type { Column, ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { cellText } from './cell-text.ts'
import { parseMoment } from './iso-time.ts'
import { jsonText } from './json-text.ts'

/** How a column is declared in the file (Parquet's own word for it). */
export type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** A value in the shape in which hyparquet-writer takes it. */
export type ParquetValue = string | number | bigint | boolean | Uint8Array

/** What a column holds in the file. */
export interface ParquetColumn {
  element: SchemaElement
  /** What the values are called when some do not fit. */
  values: string
  /** Undefined when the column cannot hold it without loss. */
  convert(cell: Exclude<Cell, null>): ParquetValue | undefined
}

export function parquetColumn(column: Column): ParquetColumn {
  const { physical, values, convert } = kindOf(column)
  return { element: { name: column.name, repetition_type: 'OPTIONAL', ...physical }, values, convert }
}

/**
 * What the schema at the end of the file says beside what hyparquet-writer needs to know while it writes: readers such as
 * DuckDB know JSON by its older name only.
 */
export function completeSchema(columns: ParquetColumn[]) {
  for (const { element } of columns) {
    if (isJson(element)) element.converted_type = 'JSON'
  }
}

export const isJson = ({ logical_type: type }: SchemaElement) => type?.type === 'JSON'

interface Kind {
  physical: Omit<SchemaElement, 'name'>
  values: string
  convert: ParquetColumn['convert']
}

function kindOf({ type, source_type: sourceType }: Column): Kind {
  if (type === 'decimal') return decimalKind(sourceType)
  return type === 'integer' && UNSIGNED_64.test(sourceType) ? unsigned : kinds[type]
}

/** What MySQL and DuckDB call whole numbers that INT64 does not hold. */
const UNSIGNED_64 = /^(?:bigint\b.*\bunsigned\b|ubigint\b|bit\(64\))/i

const text: Kind = {
  physical: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  values: 'texts',
  convert: (cell) => (typeof cell === 'string' ? cell : cellText(cell)),
}

const integer: Kind = {
  physical: { type: 'INT64' },
  values: 'whole numbers of 64 bits',
  convert: (cell) => whole(cell, -(2n ** 63n), 2n ** 63n - 1n),
}

const unsigned: Kind = {
  // Without the newer logical_type, whose bit width hyparquet-writer 0.17 encodes as DuckDB does not read it.
  physical: { type: 'INT64', converted_type: 'UINT_64' },
  values: 'whole numbers of 64 bits without a sign',
  convert: (cell) => whole(cell, 0n, 2n ** 64n - 1n),
}

/** Microseconds. With `isUtc` the numbers are instants, without it what a clock on the wall showed. */
const moments = (isUtc: boolean): Kind => ({
  physical: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: isUtc, unit: 'MICROS' } },
  values: 'dates with a time to the microsecond',
  convert(cell) {
    const moment = typeof cell === 'string' ? parseMoment(cell) : null
    if (!moment || !Number.isInteger(moment.micros)) return undefined
    return BigInt(moment.days) * 86_400_000_000n + BigInt(moment.micros)
  },
})

const kinds: Record<Exclude<ColumnType, 'decimal'>, Kind> = {
  text,
  integer,
  // Times in databases may be negative, beyond 24 hours or have a zone: as texts none of them is lost.
  time: text,
  real: {
    physical: { type: 'DOUBLE' },
    values: 'numbers that a double holds exactly',
    convert: double,
  },
  boolean: {
    physical: { type: 'BOOLEAN' },
    values: 'true and false',
    convert(cell) {
      if (typeof cell === 'boolean') return cell
      if (cell === 1 || cell === 'true') return true
      return cell === 0 || cell === 'false' ? false : undefined
    },
  },
  date: {
    physical: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
    values: 'dates',
    convert(cell) {
      const moment = typeof cell === 'string' ? parseMoment(cell) : null
      return moment?.micros === 0 ? moment.days : undefined
    },
  },
  timestamp: moments(true),
  datetime: moments(false),
  json: {
    // The older converted_type is added when all is written: hyparquet-writer would take the text for a value to encode.
    physical: { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } },
    values: 'JSON',
    convert: (cell) => jsonText(cell, 'json'),
  },
  binary: {
    physical: { type: 'BYTE_ARRAY' },
    values: 'bytes',
    convert: (cell) =>
      cell instanceof Uint8Array ? cell : Buffer.from(typeof cell === 'string' ? cell : cellText(cell)),
  },
}

const WHOLE = /^-?\d{1,20}$/

function whole(cell: Exclude<Cell, null>, least: bigint, most: bigint): bigint | undefined {
  const isWhole = typeof cell === 'string' ? WHOLE.test(cell) : typeof cell !== 'number' || Number.isInteger(cell)
  if (!isWhole || typeof cell === 'object') return undefined
  const value = BigInt(cell)
  return value >= least && value <= most ? value : undefined
}

function double(cell: Exclude<Cell, null>): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'bigint') return BigInt(Number(cell)) === cell ? Number(cell) : undefined
  return typeof cell === 'string' && `${Number(cell)}` === cell ? Number(cell) : undefined
}

/** Parquet's limit for what most readers know (Spark, Arrow and DuckDB hold 38 digits). */
const MAX_PRECISION = 38

/** So many digits an INT64 holds. */
const INT64_DIGITS = 18

/** With its digits declared, as in `numeric(12,2)`, an exact number; else a text, which holds all digits too. */
function decimalKind(sourceType: string): Kind {
  const [, precisionText, scaleText = '0'] = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(sourceType) ?? []
  const precision = Number(precisionText)
  const scale = Number(scaleText)
  if (!(precision >= 1 && precision <= MAX_PRECISION && scale <= precision)) return text
  const digits = {
    converted_type: 'DECIMAL',
    precision,
    scale,
    logical_type: { type: 'DECIMAL', precision, scale },
  } as const
  return {
    physical:
      precision <= INT64_DIGITS
        ? { type: 'INT64', ...digits }
        : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, ...digits },
    values: `numbers of ${precision} digits, ${scale} of them behind the point`,
    convert: (cell) => unscaled(typeof cell === 'string' ? cell : cellText(cell), precision, scale),
  }
}

/** 12.5 as 1250 when two digits are behind the point. */
function unscaled(text: string, precision: number, scale: number): bigint | undefined {
  const [, sign, before, behind = ''] = /^(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  if (before === undefined || behind.length > scale) return undefined
  const digits = (before + behind.padEnd(scale, '0')).replace(/^0+(?=\d)/, '')
  return digits.length <= precision ? BigInt(sign + digits) : undefined
}
