import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { listClients } from './clients.ts'
import type { Integrity } from './integrity.ts'
import type { Transaction } from './transaction.ts'

/** A queue file as an operator wants to know it. */
export interface FileFacts {
  sqliteVersion: string
  /** `normal` or `full`: what of the acknowledged survives a power cut. */
  synchronous: string
  sizeBytes: number
  /** From 0 to 1: what was deleted leaves pages that are used again before the file grows. */
  unusedPart: number
  /** The write-ahead log: it stays at some 30 megabytes unless a reader that never ends holds it. */
  logBytes: number
  /** On the disk of the file. */
  freeBytes: number
  /** Named connections of living processes. */
  clients: number
  /** How many processes those are. */
  clientProcesses: number
  /** What the last look for damage found, null before the first has ended. */
  integrity: Integrity | null
}

/** In the order of SQLite's numbers for them. */
const SYNCHRONOUS = ['off', 'normal', 'full', 'extra']

export function fileFacts(tx: Transaction, path: string, integrity: Integrity | null): FileFacts {
  const disk = statfsSync(dirname(path))
  const clients = listClients(tx, Date.now()).split('\n').filter(Boolean)
  return {
    sqliteVersion: String(tx.sql('SELECT sqlite_version() AS version').get()?.['version']),
    synchronous: SYNCHRONOUS[pragma(tx, 'synchronous')] ?? 'unknown',
    sizeBytes: statSync(path).size,
    unusedPart: pragma(tx, 'freelist_count') / pragma(tx, 'page_count'),
    logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    freeBytes: disk.bavail * disk.bsize,
    clients: clients.length,
    clientProcesses: new Set(clients.map((client) => /addr=\S+/.exec(client)?.[0])).size,
    integrity,
  }
}

const pragma = (tx: Transaction, name: 'synchronous' | 'freelist_count' | 'page_count') =>
  Number(tx.sql(`PRAGMA ${name}`).get()?.[name])
