import { readClients } from './consumers.ts'
import { bounds } from './facts-bounds.ts'
import type { FleetQueues } from './facts-reader.ts'
import type { FleetReading } from './fleet-reading.ts'
import { SqliteBackend } from './sqlite/backend.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'

/**
 * Reads all queues of a file in one transaction.
 *
 * @param queues on the connection of the first
 * @param without the id of a job that is no work
 */
export async function readSqliteFleet(queues: FleetQueues, without: string): Promise<FleetReading> {
  const [first] = queues
  const backend: unknown = first.getBackend()
  if (!(backend instanceof SqliteBackend)) throw new Error('these queues are not in a queue file')
  const names = queues.map(({ name }) => name)
  const [read, clients] = await Promise.all([
    backend.readSeveral(names, bounds, without),
    readClients(first).catch(unlessLocked),
  ])
  return { at: new Date(), queues: new Map(read.map(({ name, ...reading }) => [name, reading])), clients }
}

/** Listing clients writes, and a file that is locked or full can be read all the same. */
function unlessLocked(error: unknown): null {
  if (error instanceof StoreError) return null
  throw error
}
