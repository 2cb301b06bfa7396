import { readlinkSync } from 'node:fs'
import type { Transaction } from './transaction.ts'

/** How often a connection says that it is still there. */
export const SIGN_OF_LIFE_MS = 5000

/** Whoever has not said so for three times is gone. */
const SILENT_MS = 3 * SIGN_OF_LIFE_MS

/**
 * Within what a process id means one process: two containers of a machine may both have a process 1. Empty where the
 * system has no such thing.
 */
const pidSpace: string = readPidSpace()

function readPidSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Puts a name to a connection of this process, for everybody who asks who works on a queue. Gives its number. */
export function register(tx: Transaction, name: string, now: number): number {
  const { lastInsertRowid } = tx
    .sql('INSERT INTO client (name, pid, pid_space, since, seen_at) VALUES (?, ?, ?, ?, ?)')
    .run(name, process.pid, pidSpace, now, now)
  return Number(lastInsertRowid)
}

/** Says that a connection is still there; gives false when it had been given up and is to be registered again. */
export function stayAlive(tx: Transaction, client: number, now: number): boolean {
  return tx.sql('UPDATE client SET seen_at = ? WHERE id = ?').run(now, client).changes > 0
}

export function unregister(tx: Transaction, client: number): void {
  tx.sql('DELETE FROM client WHERE id = ?').run(client)
}

/** The named connections of living processes, in the form of Redis' `CLIENT LIST`; forgets those of dead ones. */
export function listClients(tx: Transaction, now: number): string {
  const rows = tx.sql('SELECT id, name, pid, pid_space, since, seen_at FROM client ORDER BY id').all()
  const alive = rows.filter((row) => {
    if (row['pid_space'] === pidSpace && !processIsThere(Number(row['pid']))) return false
    return Math.abs(now - Number(row['seen_at'])) < SILENT_MS
  })
  for (const row of rows) if (!alive.includes(row)) unregister(tx, Number(row['id']))
  return alive
    .map((row) => {
      const ageS = Math.floor((now - Number(row['since'])) / 1000)
      return `id=${row['id']} addr=pid:${row['pid']} name=${row['name']} age=${ageS}`
    })
    .join('\n')
}

/** A process that may not be signalled is there all the same. */
function processIsThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
