import { broken, unreadable, type Failure } from './failure.ts'

/** SQLite's result codes (sqlite.org/rescode.html) that deserve our own words; their low byte is the primary code. */
const SQLITE_ERROR = 1
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_CORRUPT = 11
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

const primaryCode = (cause: unknown) =>
  cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : null

/** Whether somebody else has the file locked at the moment. */
export function isBusy(cause: unknown): boolean {
  const code = primaryCode(cause)
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

export function sqliteFailure(cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause)
  switch (primaryCode(cause)) {
    case SQLITE_CANTOPEN:
      return unreadable('its database file is missing or not readable')
    case SQLITE_NOTADB:
      return broken('its file is not a SQLite database')
    case SQLITE_CORRUPT:
      return broken('its database file is damaged')
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unreadable('its database file is locked by another program')
    case SQLITE_ERROR:
      // A statement that does not fit the database: a column or table is not there any more.
      return broken(message)
    default:
      return unreadable(message)
  }
}
