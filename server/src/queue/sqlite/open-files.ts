import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Database, type SqliteConnection } from './database.ts'
import { IntegrityCheck } from './integrity.ts'

/** One user of a file; the file itself is closed with the last one. */
export interface OpenFile {
  readonly database: Database
  readonly integrity: IntegrityCheck
  close(): Promise<void>
}

interface Entry {
  database: Database
  integrity: IntegrityCheck
  users: number
}

/**
 * The files that this process has open. Connections to one file are shared, because SQLite lets one write at a time:
 * two connections of the same process would only wait for each other.
 */
export class OpenFiles {
  readonly #open = new Map<string, Entry>()

  /** Throws StoreError when the file cannot be used. */
  open(connection: SqliteConnection): OpenFile {
    const path = realPath(connection.path)
    const entry = this.#open.get(path) ?? newEntry({ ...connection, path })
    this.#open.set(path, entry)
    entry.users += 1
    const { database, integrity } = entry
    return { database, integrity, close: once(() => this.#release(path)) }
  }

  async #release(path: string) {
    const entry = this.#open.get(path)
    if (!entry) return
    entry.users -= 1
    if (entry.users > 0) return
    this.#open.delete(path)
    await entry.database.close()
  }
}

const newEntry = (connection: SqliteConnection): Entry => ({
  database: new Database(connection),
  integrity: new IntegrityCheck(connection.path),
  users: 0,
})

/** The same file has one name here, by whichever link or relative path it is reached. */
function realPath(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync(absolute)
  } catch {
    // Not made yet, or its folder is missing, which opening will tell.
  }
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute))
  } catch {
    return absolute
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= action())
}
