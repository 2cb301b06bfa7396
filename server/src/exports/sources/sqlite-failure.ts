import { broken, unreadable, type Failure } from './failure.ts'

/** SQLite's result codes (sqlite.org/rescode.html) that deserve our own words; their low byte is the primary code. */
const SQLITE_ERROR = 1
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_NOMEM = 7
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_CANTOPEN = 14
const SQLITE_PROTOCOL = 15
const SQLITE_TOOBIG = 18
const SQLITE_NOTADB = 26

const primaryCode = (cause: unknown) =>
  cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : null

/** Whether somebody else has the file locked at the moment. */
export function isBusy(cause: unknown): boolean {
  const code = primaryCode(cause)
  return code === SQLITE_BUSY || code === SQLITE_LOCKED
}

/** What is not known here stays so however often it is tried; the driver's own words are for the log. */
export function sqliteFailure(cause: unknown): Failure {
  switch (primaryCode(cause)) {
    case SQLITE_CANTOPEN:
      return unreadable('its database file is missing or not readable')
    case SQLITE_NOTADB:
      return broken('its file is not a SQLite database')
    case SQLITE_CORRUPT:
      return broken('its database file is damaged')
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return unreadable('its database file is locked by another program')
    case SQLITE_READONLY:
      return unreadable('its database file has to be opened once by the program that writes to it')
    case SQLITE_IOERR:
      return unreadable('the disk of its database file failed')
    case SQLITE_NOMEM:
      return unreadable('there is no memory left to read it')
    case SQLITE_TOOBIG:
      return broken('one of its values or rows is larger than SQLite allows')
    case SQLITE_ERROR:
      // A statement that does not fit the database: a column or table is not there any more. SQLite names them, nothing else.
      return broken(cause instanceof Error ? cause.message : 'its table or query does not fit its database')
    default:
      return broken('SQLite refuses to read it')
  }
}
