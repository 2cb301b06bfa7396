import type { Queue } from 'bullmq'
import type { Consumer } from '../contract.ts'
import { refusalOf } from './redis-commands.ts'

/** What BullMQ's `getWorkers()` answers, as the only row, on hosts that forbid `CLIENT LIST` (bullmq 6.7, baseGetClients). */
const UNSUPPORTED = 'GCP does not support client list'

/**
 * The live worker connections of a queue, in whichever process they are. `unsupported` when the store does not let us
 * see them, which must not be taken for "one worker" or "none".
 */
export async function listConsumers(queue: Queue): Promise<Consumer[] | 'unsupported'> {
  const clients = await queue.getWorkers().catch(onlyIfForbidden)
  if (clients === 'unsupported') return clients
  if (clients.some((client) => client['name'] === UNSUPPORTED)) return 'unsupported'
  return clients.map((client) => ({
    name: client['rawname']?.split(':w:')[1] ?? client['name'] ?? queue.name,
    address: client['addr'] ?? null,
    connected_for_s: client['age'] === undefined ? null : Number(client['age']),
  }))
}

/** A user who has no right to `CLIENT LIST` never sees the consumers, however often he asks. */
function onlyIfForbidden(error: unknown): 'unsupported' {
  if (refusalOf(error) === 'NOPERM') return 'unsupported'
  throw error
}
