import type { Queue } from 'bullmq'
import type { Consumer } from '../contract.ts'
import { refusalOf } from './redis-commands.ts'

/** A named connection to a store. */
interface Client {
  name: string
  address: string | null
  ageS: number | null
}

/** Who is connected to a store, one list for each server of a cluster. */
export type Clients = Client[][] | 'unsupported'

/**
 * Reads who is connected to the store of `queue`. `unsupported` when the store does not let us see them, which must not be
 * taken for "one worker" or "none".
 */
export async function readClients(queue: Queue): Promise<Clients> {
  try {
    const lists = await queue.getBackend().getClientList()
    return lists.map((list) => list.split(/\r?\n/).flatMap((line) => clientIn(line) ?? []))
  } catch (error) {
    if (isForbidden(error)) return 'unsupported'
    throw error
  }
}

/** A user without the right to ask, or a host that has taken the command away. */
const isForbidden = (error: unknown): boolean =>
  refusalOf(error) === 'NOPERM' || (error instanceof Error && /unknown (sub)?command/i.test(error.message))

/** A line of Redis' `CLIENT LIST`, or of another store in the same form; null for a connection without a name. */
function clientIn(line: string): Client | null {
  const name = /(?:^| )name=(\S+)/.exec(line)?.[1]
  if (!name) return null
  const age = / age=(\d+)/.exec(line)?.[1]
  return { name, address: / addr=(\S+)/.exec(line)?.[1] ?? null, ageS: age === undefined ? null : Number(age) }
}

/** What a worker's own name follows. */
const NAMED = ':w:'

/**
 * The live worker connections of a queue, in whichever process they are. Workers in Node give themselves a name with the
 * queue's in base64, those in Python one with the queue's as it is. On a cluster each worker is connected to several servers,
 * so the server that sees most of them counts.
 */
export function consumersOf(queue: Queue, clients: Clients): Consumer[] | 'unsupported' {
  if (clients === 'unsupported') return clients
  const own = [queue.getBackend().clientName(''), queue.qualifiedName]
  const isWorker = ({ name }: Client) => own.some((start) => name === start || name.startsWith(start + NAMED))
  const seen = clients.map((list) => list.filter(isWorker))
  const most = seen.reduce((most, list) => (list.length > most.length ? list : most), [])
  return most.map(({ name, address, ageS }) => ({
    name: name.includes(NAMED) ? name.slice(name.indexOf(NAMED) + NAMED.length) : queue.name,
    address,
    connected_for_s: ageS,
  }))
}
