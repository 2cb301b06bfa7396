import { broken, codeOf, misfit, networkFailure, unreadable, type Failure } from './failure.ts'

const BAD_LOGIN = broken('its server refuses the user or the password')
const NOT_ALLOWED = broken('the user of its source may not read it')
const TOO_MANY = unreadable('its server has too many connections')
const TOO_SLOW = unreadable('its source did not answer in time')
const LOST = unreadable('the connection to its server was lost')
const KILLED = unreadable('its server has broken off the statement')
const OUT_OF_SPACE = unreadable('its server has no resources left')

const NO_VALUE = broken('one of its values cannot be computed: it is out of range or divided by zero')

/** Error numbers of MySQL and MariaDB (mariadb.com/kb/en/mariadb-error-codes) with a reason of their own. */
const reasons = new Map<number, Failure>([
  [1021, OUT_OF_SPACE],
  [1037, OUT_OF_SPACE],
  [1038, OUT_OF_SPACE],
  [1040, TOO_MANY],
  [1203, TOO_MANY],
  [1226, TOO_MANY],
  [1044, NOT_ALLOWED],
  [1142, NOT_ALLOWED],
  [1143, NOT_ALLOWED],
  [1227, NOT_ALLOWED],
  [1370, NOT_ALLOWED],
  [1045, BAD_LOGIN],
  [1251, BAD_LOGIN],
  [1698, BAD_LOGIN],
  [1820, BAD_LOGIN],
  [3118, BAD_LOGIN],
  [1049, broken('its server has no such database')],
  [1053, unreadable('its server is shutting down or starting')],
  [1205, unreadable('it is locked by another transaction')],
  [1213, unreadable('its server has broken off the reading in favour of another transaction')],
  [1412, unreadable('its table was changed while it was read')],
  [1317, KILLED],
  [1969, TOO_SLOW],
  [3024, TOO_SLOW],
  [1927, LOST],
  [1365, NO_VALUE],
  [1690, NO_VALUE],
  [1292, misfit],
  [1366, misfit],
  [1525, misfit],
  [1792, broken('reading it would write to its database, which a source must not')],
])

/** Errors whose words name tables, columns and places in the query, nothing else: what is read is not there (any more). */
const STATEMENT = new Set([1051, 1052, 1054, 1060, 1064, 1103, 1109, 1146, 1222, 1242, 1305, 1356, 1248])

export const isTimeout = (cause: unknown) => reasons.get(numberOf(cause)) === TOO_SLOW

const numberOf = (cause: unknown) => (cause instanceof Error && 'errno' in cause ? Number(cause.errno) : 0)

export function mysqlFailure(cause: unknown): Failure {
  const number = numberOf(cause)
  const known = reasons.get(number)
  if (known) return known
  const message = cause instanceof Error ? cause.message : ''
  if (STATEMENT.has(number)) return broken(message.replaceAll(/\s+/g, ' '))
  if (number > 0) return unreadable(`its server failed (error ${number})`)
  const code = codeOf(cause)
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || /certificate|SSL|TLS/i.test(`${String(code)} ${message}`)) {
    return broken('no trusted connection to its server can be made (TLS)')
  }
  return networkFailure(code) ?? LOST
}
