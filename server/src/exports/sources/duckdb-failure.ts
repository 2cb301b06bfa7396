import { MAX_LINE_BYTES } from './duckdb-csv.ts'
import type { Opening } from './duckdb-database.ts'
import { broken, misfit, tooSlow, unreadable, type Failure } from './failure.ts'

const BAD_VALUE = 'one of its values cannot be read as what its view or query wants'

/** @param hasTests whether values of a client may be what is wrong */
export function duckFailure(cause: unknown, { kind }: Opening, hasTests: boolean): Failure {
  const message = cause instanceof Error ? cause.message : String(cause)
  const [sort] = message.split(' Error:')
  const isDatabase = kind === 'database'
  switch (sort) {
    case 'INTERRUPT':
      return tooSlow
    case 'Conversion':
    case 'Out of Range':
      return hasTests ? misfit : broken(BAD_VALUE)
    case 'Catalog':
    case 'Binder':
    case 'Parser':
      // Of a database, the first line names tables, columns and places in the query; of files, it may name them.
      return broken(isDatabase ? firstLine(message) : 'its query or columns do not fit its files')
    case 'Out of Memory':
      return broken('reading it takes more memory than a source may have: leave out the order, or wide columns')
    case 'Permission':
      return broken('its query reads more than its own files')
    case 'IO':
      return ioFailure(message, isDatabase)
    case 'Invalid Input':
    case 'Serialization':
      if (/^.*CSV Error on Line:/.test(message)) return csvFailure(message)
      if (/has duplicate key/.test(message)) return broken('one of its objects has a key twice')
      if (/multiple statements/.test(message)) return broken('its query holds more than one statement')
      return broken(isDatabase ? `${BAD_VALUE}, or its database file is damaged` : notOfKind(kind))
    default:
      return unreadable('DuckDB cannot read it')
  }
}

function ioFailure(message: string, isDatabase: boolean): Failure {
  if (/lock/i.test(message)) return unreadable('its database file is in use by another program')
  if (/not a valid DuckDB database/i.test(message)) return broken('its file is not a DuckDB database')
  return unreadable(
    isDatabase ? 'its database file is missing or not readable' : 'its files are missing or not readable',
  )
}

/** Which file it is, nobody may be told. */
function csvFailure(message: string): Failure {
  const [, line] = /Error on Line: (\d+)/.exec(message) ?? []
  const [, expected, found] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? []
  let what = 'is none of a CSV file'
  if (expected) what = `has ${found} cells in place of ${expected}`
  else if (/unterminated quote/.test(message)) what = 'begins a quote that does not end, or goes on behind one'
  else if (/not utf-8/.test(message)) what = 'is no UTF-8'
  else if (/Maximum line size/.test(message)) what = `is longer than ${MAX_LINE_BYTES / 1e6} MB`
  return broken(`line ${line} of its file, or of one of them, ${what}`)
}

const notOfKind = (kind: string) =>
  `its files are damaged or hold no ${kind === 'parquet' ? 'Parquet' : kind.toUpperCase()}`

const firstLine = (message: string) => (message.split('\n')[0] ?? '').replace(/[.!]$/, '')
