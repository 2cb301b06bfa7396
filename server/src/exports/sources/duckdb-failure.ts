import type { Opening } from './duckdb-database.ts'
import { broken, misfit, tooSlow, unreadable, type Failure } from './failure.ts'

/** @param hasTests whether values of a client may be what is wrong */
export function duckFailure(cause: unknown, { kind }: Opening, hasTests: boolean): Failure {
  const message = cause instanceof Error ? cause.message : String(cause)
  const [sort] = message.split(' Error:')
  const isDatabase = kind === 'database'
  switch (sort) {
    case 'INTERRUPT':
      return tooSlow
    case 'Conversion':
      return hasTests ? misfit : broken('one of its values cannot be read as what its query wants')
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
      if (/multiple statements/.test(message)) return broken('its query holds more than one statement')
      return broken(isDatabase ? 'its database file is damaged' : notOfKind(kind))
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

const notOfKind = (kind: string) =>
  `its files are damaged or hold no ${kind === 'parquet' ? 'Parquet' : kind.toUpperCase()}`

const firstLine = (message: string) => (message.split('\n')[0] ?? '').replace(/[.!]$/, '')
