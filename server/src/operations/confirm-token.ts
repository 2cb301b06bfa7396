import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { OperationAction, DeadLetterSelection } from '../contract.ts'
import { OpsError } from '../errors.ts'

/** What a preview was about and what it has shown; a token stands for nothing else. */
export interface Previewed {
  kind: OperationAction
  queue: string
  selection: DeadLetterSelection
  principal: string | null
}

/** What a preview has seen. */
export interface Seen {
  /** Where it was put down: random text without points, never twice the same. */
  list: string
  count: number
}

const VALID_FOR_MS = 15 * 60_000

/** A token for what a preview has shown. It holds what was seen, and a seal that only who knows the key can make. */
export function writeToken(key: string, previewed: Previewed, { list, count }: Seen, now: number): string {
  const body = [now, count, list].join('.')
  return `${body}.${sealOf(key, previewed, body)}`
}

/** What the preview with this token has seen. Throws OpsError `invalid_input` when the token is for something else, or old. */
export function readToken(key: string, previewed: Previewed, token: string, now: number): Seen {
  // All that stands before the last point: with anything behind the seal it would be a token for another operation.
  const body = token.slice(0, token.lastIndexOf('.'))
  const seal = token.slice(body.length + 1)
  const expected = sealOf(key, previewed, body)
  if (!isSame(Buffer.from(seal), Buffer.from(expected))) {
    throw refused('This confirm_token is not for this: repeat the arguments of its preview, only rate_per_s may differ')
  }
  const [madeAt, count, list = ''] = body.split('.')
  if (now - Number(madeAt) > VALID_FOR_MS) throw refused('This confirm_token is older than 15 minutes')
  return { list, count: Number(count) }
}

const isSame = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)

const refused = (why: string) => new OpsError('invalid_input', `${why}, or leave confirm_token out for a new preview.`)

function sealOf(key: string, { kind, queue, selection, principal }: Previewed, body: string): string {
  const said = JSON.stringify([kind, queue, inOrder(selection), principal, body])
  return createHmac('sha256', key).update(said).digest('base64url').slice(0, 22)
}

/** The same for the same selection, in whichever order its parts were given. */
function inOrder({ ids, group, filter }: DeadLetterSelection) {
  return [ids ?? null, group ?? null, filter ? Object.entries(filter).toSorted(([a], [b]) => a.localeCompare(b)) : null]
}

/** The id of the operation that begins with a list: the same for the same token, so that there is one place for it. */
export function operationIdOf(list: string): string {
  const hex = createHash('sha256').update(`queue-ops operation ${list}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
