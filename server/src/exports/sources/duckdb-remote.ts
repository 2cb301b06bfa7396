import type { DuckColumn } from './duckdb-cells.ts'
import type { DuckDb, Opening, Purpose } from './duckdb-database.ts'
import type { FoundColumns } from './duckdb-files.ts'
import { ReaderProcess } from './reader-process.ts'
import { STALL_MS } from './source.ts'

/** How long the process is waited for beyond the time after which it should have given up itself. */
const GRACE_MS = 5000

/**
 * DuckDB in a process of its own. It is native code with a few hundred MB of memory of its own, and a thread that is ended
 * while it works (which is how an export is cancelled) takes the whole process with it (measured, docs/decisions/0014).
 */
export async function openDuckDb(opening: Opening, purpose: Purpose, timeoutMs: number): Promise<DuckDb> {
  const db = new RemoteDuckDb()
  try {
    await db.open(opening, purpose, timeoutMs)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

class RemoteDuckDb implements DuckDb {
  readonly #process = new ReaderProcess(new URL('./duckdb-process.js', import.meta.url))

  async open(opening: Opening, purpose: Purpose, timeoutMs: number): Promise<void> {
    await this.#ask(timeoutMs, 'open', [opening, purpose, timeoutMs])
  }

  found(): Promise<FoundColumns | null> {
    return this.#ask(STALL_MS, 'found', [])
  }

  columnsOf(sql: string, values: unknown[]): Promise<DuckColumn[]> {
    return this.#ask(STALL_MS, 'columnsOf', [sql, values])
  }

  attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null> {
    return this.#ask(timeoutMs, 'attempt', [timeoutMs, sql, values])
  }

  start(sql: string, values: unknown[], timeoutMs: number): Promise<void> {
    return this.#ask(timeoutMs, 'start', [sql, values, timeoutMs])
  }

  nextRows(timeoutMs: number): Promise<unknown[][]> {
    return this.#ask(timeoutMs, 'nextRows', [timeoutMs])
  }

  close(): Promise<void> {
    return this.#process.end(GRACE_MS)
  }

  #ask<T>(timeoutMs: number, call: 'open' | keyof DuckDb, args: unknown[]): Promise<T> {
    return this.#process.ask(timeoutMs + GRACE_MS, call, args)
  }
}
