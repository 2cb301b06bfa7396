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

/**
 * A line of Redis' `CLIENT LIST`, or of another store in the same form; null for a connection without a name. There may be
 * thousands, hence no regular expressions.
 */
function clientIn(line: string): Client | null {
  const name = fieldIn(line, 'name=')
  if (!name) return null
  const age = fieldIn(line, 'age=')
  return { name, address: fieldIn(line, 'addr='), ageS: age === null ? null : Number(age) }
}

/** Null when there is none or it is empty; no value has a space in it. */
function fieldIn(line: string, field: string): string | null {
  const start = line.startsWith(field) ? field.length : line.indexOf(` ${field}`) + 1 + field.length
  if (start === field.length && !line.startsWith(field)) return null
  const end = line.indexOf(' ', start)
  return line.slice(start, end === -1 ? undefined : end) || null
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
  const own = [...new Set([queue.getBackend().clientName(''), queue.qualifiedName])]
  const seen = clients.map((list) => own.flatMap((start) => workersIn(list, start)))
  const most = seen.reduce((most, list) => (list.length > most.length ? list : most), [])
  return most.map(({ name, address, ageS }) => ({
    name: name.includes(NAMED) ? name.slice(name.indexOf(NAMED) + NAMED.length) : queue.name,
    address,
    connected_for_s: ageS,
  }))
}

const byStart = new WeakMap<readonly Client[], ReadonlyMap<string, Client[]>>()

/** Those whose name is this, or begins so before a worker's own: found at once for however many queues. */
function workersIn(list: readonly Client[], start: string): Client[] {
  if (start.includes(NAMED)) return list.filter(({ name }) => name === start || name.startsWith(start + NAMED))
  const known = byStart.get(list) ?? Map.groupBy(list, ({ name }) => name.split(NAMED, 1)[0] ?? name)
  byStart.set(list, known)
  return known.get(start) ?? []
}
