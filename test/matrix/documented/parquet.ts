import type { Truth, TrueColumn } from '../truth.ts'
import { isoSeconds, momentOf } from './moments.ts'
import { plainText } from './plain-text.ts'

/** What a column is in the file by docs/formats.md: DuckDB's word for it, and its cells as DuckDB writes them. */
export interface ParquetColumn {
  duckType: string
  /** SQL that shows a cell as text without loss. */
  show(column: string): string
  /** Null for what does not fit. */
  cell(truth: Exclude<Truth, null>): string | null
}

const asText = (column: string) => `${column}::VARCHAR`

export function parquetColumn({ type, declared }: TrueColumn): ParquetColumn {
  if (type === 'integer' && UNSIGNED_64.test(declared)) return whole('UBIGINT', 0n, 2n ** 64n - 1n)
  const [, precision = '', scale = '0'] = /^(?:decimal|numeric)\((\d+)(?:,(\d+))?\)/i.exec(declared) ?? []
  if (type === 'decimal') return Number(precision || 99) <= 38 ? decimal(Number(precision), Number(scale)) : text
  return kinds[type]
}

const UNSIGNED_64 = /^(?:bigint.* unsigned|ubigint|bit\(64\))/i

const text: ParquetColumn = { duckType: 'VARCHAR', show: asText, cell: plainText }

const whole = (duckType: string, least: bigint, most: bigint): ParquetColumn => ({
  duckType,
  show: asText,
  cell(truth) {
    const plain = typeof truth === 'boolean' ? (truth ? '1' : '0') : plainText(truth)
    if (Buffer.isBuffer(truth) || !/^-?\d+$/.test(plain)) return null
    const value = BigInt(plain)
    return value >= least && value <= most ? String(value) : null
  },
})

const decimal = (precision: number, scale: number): ParquetColumn => ({
  duckType: `DECIMAL(${precision},${scale})`,
  show: asText,
  cell(truth) {
    const [, before, behind = ''] = /^-?(\d+)(?:\.(\d*?)0*)?$/.exec(plainText(truth)) ?? []
    const isHeld = before !== undefined && before.length <= precision - scale && behind.length <= scale
    const digits = `${plainText(truth).split('.')[0]}.${behind.padEnd(scale, '0')}`
    return isHeld ? digits : null
  },
})

const moments = (duckType: string): ParquetColumn => ({
  duckType,
  show: (column) => `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`,
  cell(truth) {
    const moment = typeof truth === 'string' ? momentOf(truth) : null
    const [micros, finer = ''] = [moment?.fraction.slice(0, 6).padEnd(6, '0'), moment?.fraction.slice(6)]
    return moment && !/[1-9]/.test(finer) ? `${isoSeconds(moment.seconds).replace('T', ' ')}.${micros}` : null
  },
})

const kinds: Record<Exclude<TrueColumn['type'], 'decimal'>, ParquetColumn> = {
  text,
  time: text,
  integer: whole('BIGINT', -(2n ** 63n), 2n ** 63n - 1n),
  real: {
    duckType: 'DOUBLE',
    show: asText,
    cell: (truth) => (typeof truth === 'number' ? plainText(truth) : double(truth)),
  },
  boolean: {
    duckType: 'BOOLEAN',
    show: asText,
    cell: (truth) => booleans[Buffer.isBuffer(truth) ? '' : String(truth)] ?? null,
  },
  date: {
    duckType: 'DATE',
    show: asText,
    cell(truth) {
      const moment = typeof truth === 'string' ? momentOf(truth) : null
      const isMidnight = moment && moment.seconds % 86_400 === 0 && !/[1-9]/.test(moment.fraction)
      return isMidnight ? isoSeconds(moment.seconds).slice(0, 10) : null
    },
  },
  timestamp: moments('TIMESTAMP WITH TIME ZONE'),
  datetime: moments('TIMESTAMP'),
  // Compared as documents.
  json: { duckType: 'JSON', show: asText, cell: plainText },
  binary: {
    duckType: 'BLOB',
    show: (column) => `base64(${column})`,
    cell: (truth) => (Buffer.isBuffer(truth) ? truth : Buffer.from(plainText(truth))).toString('base64'),
  },
}

const booleans: Record<string, string> = { true: 'true', 1: 'true', false: 'false', 0: 'false' }

/** What means the same as a double. */
function double(truth: Exclude<Truth, null>): string | null {
  if (typeof truth === 'bigint') return BigInt(Number(truth)) === truth ? plainText(Number(truth)) : null
  return typeof truth === 'string' && String(Number(truth)) === truth ? plainText(Number(truth)) : null
}
