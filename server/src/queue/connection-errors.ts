import type { Log } from '../log.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'

const QUIET_MS = 30_000

interface ErrorSource {
  on(event: 'error', listener: (error: Error) => void): unknown
}

/**
 * Logs what a queue or worker says of its connection: the first of a kind at once, its repetitions (one for every
 * attempt to reconnect) at most every 30 s. Without a listener BullMQ would throw.
 */
export function logConnectionErrors(source: ErrorSource, log: Log): void {
  const lastLogged = new Map<string, number>()
  source.on('error', (error) => {
    const kind = kindOf(error)
    const now = Date.now()
    if (now - (lastLogged.get(kind) ?? -QUIET_MS) < QUIET_MS) return
    lastLogged.set(kind, now)
    log.warn({ event: 'store_error', kind, reason: error.message }, 'the queue store reported an error')
  })
}

function kindOf(error: Error): string {
  // Its code is the same for all that can be wrong with a file.
  if (error instanceof StoreError) return error.problem
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
