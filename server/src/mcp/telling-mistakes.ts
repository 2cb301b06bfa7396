import { randomUUID } from 'node:crypto'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import { INTERNAL_ERROR, ProtocolMistake, RESOURCE_NOT_FOUND } from './protocol-mistake.ts'

/** What a request that is no tool call is about: its faults are logged as `…_refused` and `…_error`. */
export type AskedFor = 'resource' | 'task' | 'subscription'

/** Gives what `work` gives; what goes wrong is told by the protocol, in a sentence of ours: rejects with ProtocolMistake. */
export async function tellingMistakes<T>(log: Log, what: AskedFor, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolMistake) throw error
    if (error instanceof OpsError) {
      if (error.cause) log.warn({ event: `${what}_refused`, code: error.code, err: error.cause }, error.message)
      throw new ProtocolMistake(error.message, codes[error.code])
    }
    const id = randomUUID()
    log.error({ event: `${what}_error`, error_id: id, err: error }, 'a request failed for a reason that is ours')
    throw new ProtocolMistake(`The server failed to answer; its log has the details under ${id}.`, INTERNAL_ERROR)
  }
}

/** Those that are missing are wrong parameters. */
const codes: Partial<Record<OpsError['code'], number>> = {
  not_found: RESOURCE_NOT_FOUND,
  store_unavailable: INTERNAL_ERROR,
  files_unavailable: INTERNAL_ERROR,
}
