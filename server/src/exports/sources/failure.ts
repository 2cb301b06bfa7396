import { OpsError } from '../../errors.ts'

/** What went wrong with a source: whether trying again may help, and why, as the end of a sentence. */
export interface Failure {
  code: 'dataset_broken' | 'dataset_unreadable' | 'invalid_input'
  reason: string
}

export const broken = (reason: string): Failure => ({ code: 'dataset_broken', reason })
export const unreadable = (reason: string): Failure => ({ code: 'dataset_unreadable', reason })

/** A value of a filter that the database could not read as one of the column's type. */
export const misfit: Failure = {
  code: 'invalid_input',
  reason: 'the value of a filter or parameter does not fit the type of its column',
}

/** A failure that we found ourselves, thrown to where the dataset's name is known. */
export class SourceFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.reason)
    this.failure = failure
  }
}

/** The error for the caller; the driver's own stays its cause. */
export function told(dataset: string, cause: unknown, failureOf: (cause: unknown) => Failure): OpsError {
  if (cause instanceof OpsError) return cause
  const { code, reason } = cause instanceof SourceFailure ? cause.failure : failureOf(cause)
  return new OpsError(code, `Dataset "${dataset}" cannot be read: ${reason.replace(/[.!]$/, '')}.`, { cause })
}

export const noTable = (table: string) => broken(`there is no table or view "${table}" in its database`)
export const tooSlow = unreadable('its source did not answer in time')

const networkReasons: Record<string, string> = {
  ECONNREFUSED: 'its server refuses connections',
  ENOTFOUND: 'its server cannot be found',
  EAI_AGAIN: 'its server cannot be found',
  ETIMEDOUT: 'its server does not answer',
  EHOSTUNREACH: 'its server cannot be reached',
  ENETUNREACH: 'its server cannot be reached',
  ENOENT: 'its server cannot be reached',
  ECONNRESET: 'the connection to its server was lost',
  EPIPE: 'the connection to its server was lost',
}

/** What errors of sockets mean, null for all others. */
export function networkFailure(code: unknown): Failure | null {
  const reason = networkReasons[String(code)]
  return reason === undefined ? null : unreadable(reason)
}

export const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

/**
 * Throws when two columns have the same name: nobody could ask for one of them.
 *
 * @param same gives all names that the database takes for one and the same text
 */
export function refuseTwins(columns: { name: string }[], same = (name: string) => name): void {
  const names = columns.map(({ name }) => same(name))
  const at = names.findIndex((name, at) => names.indexOf(name) !== at)
  const twin = columns[at]?.name
  if (twin !== undefined) {
    throw new SourceFailure(broken(`two of its columns are named "${twin}": give each a name of its own with AS`))
  }
}
