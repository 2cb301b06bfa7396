import { DatabaseError } from 'pg'
import { broken, codeOf, misfit, networkFailure, unreadable, type Failure } from './failure.ts'

const UNCLEAR =
  'its database cannot tell of which type a parameter of its query is: write CAST(:name AS text), say, where it stands'

/** SQLSTATEs (postgresql.org/docs/current/errcodes-appendix.html) with a reason of their own; most exact first. */
const reasons: [prefix: string, failure: Failure][] = [
  ['28', broken('its server refuses the user or the password')],
  ['3D', broken('its server has no such database')],
  ['3F', broken('its database has no such schema')],
  ['42501', broken('the user of its source may not read it')],
  ['42P08', broken(UNCLEAR)],
  ['42P18', broken(UNCLEAR)],
  // What is computed from bad values is no misfit of what the client gave.
  ['22012', broken('a view or query of its database divides by zero')],
  ['22', misfit],
  ['25006', broken('reading it would write to its database, which a source must not')],
  ['25', unreadable('its server has ended the transaction')],
  ['53300', unreadable('its server has too many connections')],
  ['53', unreadable('its server has no resources left')],
  ['57014', unreadable('its source did not answer in time')],
  ['57', unreadable('its server is shutting down or starting')],
  ['40', unreadable('its server has broken off the reading in favour of another transaction')],
  ['55P03', unreadable('it is locked by another transaction')],
  ['58', unreadable('its server has trouble with its disk')],
  ['08', unreadable('the connection to its server was lost')],
]

/** Classes in which a statement is at fault, which stays so; all others are the server's. */
const STATEMENTS = /^(?:0A|2[0-9B-F]|38|39|42|44|P0)/

export function postgresFailure(cause: unknown): Failure {
  if (cause instanceof DatabaseError) return failureOfState(cause.code ?? '', cause.message)
  const network = networkFailure(codeOf(cause))
  if (network) return network
  const message = cause instanceof Error ? cause.message : ''
  if (/SASL|password|authentication/i.test(message)) return broken('its server refuses the user or the password')
  if (/SSL|TLS|certificate/i.test(message)) return broken('no trusted connection to its server can be made (TLS)')
  return unreadable('the connection to its server was lost')
}

function failureOfState(state: string, message: string): Failure {
  const known = reasons.find(([prefix]) => state.startsWith(prefix))
  if (known) return known[1]
  // The server's words name tables, columns and places in the query, nothing else.
  if (state.startsWith('42')) return broken(message)
  return STATEMENTS.test(state)
    ? broken(`its database refuses to read it (${state})`)
    : unreadable(`its server failed (${state})`)
}
