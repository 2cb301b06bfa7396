import type { Queue } from 'bullmq'
import type { Request } from 'express'
import { OpsError } from '../errors.ts'
import type { AttachedQueues } from '../operations/attached-queues.ts'

/** The queue in an address. Rejects with OpsError `not_found`, since no such address is, or `store_unavailable`. */
export async function queueOf(req: Request, queues: AttachedQueues): Promise<Queue> {
  try {
    return await queues.open(String(req.params['queue']))
  } catch (error) {
    if (error instanceof OpsError && error.code === 'invalid_input') throw new OpsError('not_found', error.message)
    throw error
  }
}
