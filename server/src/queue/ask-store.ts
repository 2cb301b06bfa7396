import type { Queue } from 'bullmq'
import { OpsError } from '../errors.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'

/** A caller must have a clear error within two seconds; the rest is for the way back. */
const DEADLINE_MS = 1500

/** Of which it is made up: a process that was held up for longer has lost one of them, and blames itself and not the store. */
const TICK_MS = 250

const SILENT = 'The queue store does not answer. Try again in a few seconds.'
const REFUSED = 'The queue store refuses to do this at the moment, its log or health_check tells why. Try again later.'
const WRONG_TYPE =
  'A key of this queue holds something else than BullMQ keeps there, so it cannot be read: the log has the details.'

/** Faults of ours, or of what we were given to read: the store has answered, or was not asked. */
const ours = [SyntaxError, TypeError, RangeError, ReferenceError]

/** What a SQLite file says of itself may be told, what drivers say of hosts and ports may not. */
function told(cause: unknown): string {
  if (cause instanceof StoreError) return `The queue store cannot be used: ${cause.told}.`
  // Redis' own words, such as OOM or READONLY, rather than the loss of the connection.
  if (!(cause instanceof Error) || cause.name !== 'ReplyError') return SILENT
  return cause.message.startsWith('WRONGTYPE') ? WRONG_TYPE : REFUSED
}

/**
 * Makes calls to the store of `queue` and gives their result, or rejects within 1.5 s in which this process could hear with OpsError
 * `store_unavailable` when the store is gone, frozen or refuses; faults of ours pass as they are. Nothing is called before the queue was connected
 * once; what was called cannot be taken back, so a frozen store may still carry it out when it wakes up.
 */
export async function askStore<T>(queue: Queue, calls: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  let leftMs = DEADLINE_MS
  const timer = setInterval(() => {
    leftMs -= TICK_MS
    if (leftMs <= 0) reject(new Error(`no answer within ${DEADLINE_MS} ms`))
  }, TICK_MS)
  try {
    await Promise.race([queue.waitUntilReady(), late])
    return await Promise.race([calls(), late])
  } catch (cause) {
    if (cause instanceof OpsError || ours.some((kind) => cause instanceof kind)) throw cause
    throw new OpsError('store_unavailable', told(cause), { cause })
  } finally {
    clearInterval(timer)
  }
}
