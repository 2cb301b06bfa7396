import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { listClients } from './clients.ts'
import type { Transaction } from './transaction.ts'

/** A queue file as an operator wants to know it. */
export interface FileFacts {
  sqliteVersion: string
  sizeBytes: number
  /** The write-ahead log: it stays at some 30 megabytes unless a reader that never ends holds it. */
  logBytes: number
  /** On the disk of the file. */
  freeBytes: number
  /** Named connections of living processes. */
  clients: number
}

export function fileFacts(tx: Transaction, path: string): FileFacts {
  const disk = statfsSync(dirname(path))
  return {
    sqliteVersion: String(tx.sql('SELECT sqlite_version() AS version').get()?.['version']),
    sizeBytes: statSync(path).size,
    logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    freeBytes: disk.bavail * disk.bsize,
    clients: listClients(tx, Date.now()).split('\n').filter(Boolean).length,
  }
}
