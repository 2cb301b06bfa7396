import { OpsError } from '../../errors.ts'

const LOOK = 'Let the operator look at the credentials, the bucket and EXPORT_FILES'

/** Why an export could not be sent to the object storage. */
export function unsent(cause: unknown): OpsError {
  if (!isPermanent(cause)) {
    return new OpsError(
      'file_unwritable',
      'The export file cannot be stored: the object storage is not reachable or takes nothing at the moment. Let the operator look at it when this stays.',
      { cause },
    )
  }
  return new OpsError('file_refused', `The export file cannot be stored: ${refusal(cause)}. ${LOOK}, then retry.`, {
    cause,
  })
}

/** Why nothing can be read from the object storage. */
export const unread = (cause: unknown): OpsError =>
  new OpsError(
    'files_unavailable',
    isPermanent(cause)
      ? `The exported files cannot be reached: ${refusal(cause)}. ${LOOK}.`
      : 'The exported files cannot be reached: the object storage does not answer at the moment. Try again in a few seconds.',
    { cause },
  )

/** Whether the storage has answered that there is no such thing, be it the object or the upload. */
export const isAbsent = (cause: unknown): boolean => statusOf(cause) === 404 && nameOf(cause) !== 'NoSuchBucket'

const nameOf = (cause: unknown) => (cause instanceof Error ? cause.name : '')

function statusOf(cause: unknown): number | null {
  const { $metadata: metadata } = cause as { $metadata?: { httpStatusCode?: number } }
  return metadata?.httpStatusCode ?? null
}

/** Refusals that pass by themselves come with 5xx, or with one of these. */
const PASSING = new Set([408, 409, 425, 429])

/** What the SDK throws before anything is sent, because there are no credentials, or no region, to send it with. */
const UNSET = /CredentialsProviderError|Region is missing/

function isPermanent(cause: unknown): boolean {
  const status = statusOf(cause)
  if (status === null) return UNSET.test(String(cause)) || UNSET.test(nameOf(cause))
  return status >= 300 && status < 500 && !PASSING.has(status) && nameOf(cause) !== 'RequestTimeout'
}

function refusal(cause: unknown): string {
  const status = statusOf(cause)
  if (status === null) return 'there are no credentials, or there is no region, for the object storage'
  if (status === 404) return 'its bucket does not exist'
  if (status === 401 || status === 403) return 'the object storage refuses the credentials'
  return `the object storage refuses it (${status})`
}
