import type { ColumnType } from '@queue-ops/server/contract'

/**
 * What a database says is in a cell: whole numbers as bigint, floating point as number; decimals, dates, times and JSON
 * documents are texts in columns of that type.
 */
export type Truth = null | boolean | bigint | number | string | Buffer

export interface TrueColumn {
  name: string
  type: ColumnType
  /** As the database has it. */
  declared: string
  /** Whether the datasets file has to say the type, because the database does not. */
  told: boolean
}

/** A table as its own database describes it. */
export interface TrueTable {
  columns: TrueColumn[]
  rows: Truth[][]
}

const ISO_DATE_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/

/**
 * The cell that docs/sources.md promises for the text that a database writes of a value, in a session in UTC: what is no
 * instance of the type of its column (`infinity`, years beyond 9999, `0000-00-00`) stays the text of the database.
 */
export function truthOf(text: string, type: ColumnType): Truth {
  switch (type) {
    case 'integer':
      return BigInt(text)
    case 'boolean':
      return booleans[text] ?? BigInt(text)
    case 'real':
      return specialNumbers[text.toLowerCase()] ?? Number(text)
    case 'time':
      return shortFraction(text)
    case 'datetime':
    case 'timestamp':
      return isoTime(text, type === 'timestamp' ? 'Z' : '')
    default:
      return text
  }
}

const booleans: Record<string, boolean> = { t: true, true: true, 1: true, f: false, false: false, 0: false }

const specialNumbers: Record<string, number> = {
  nan: Number.NaN,
  inf: Infinity,
  infinity: Infinity,
  '-inf': -Infinity,
  '-infinity': -Infinity,
}

function isoTime(text: string, zone: string): string {
  const [, date, time] = ISO_DATE_TIME.exec(text) ?? []
  const isDate = date !== undefined && !date.startsWith('0000') && !date.includes('-00')
  if (date !== undefined && !isDate) return `${date} ${shortFraction(time ?? '')}`
  return isDate ? `${date}T${shortFraction(time ?? '')}${zone}` : text
}

/** As many digits behind the point as are needed. */
const shortFraction = (time: string) => (time.includes('.') ? time.replace(/\.?0+$/, '') : time)
