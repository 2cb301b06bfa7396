import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { checkedConnection } from './connection.ts'
import { Database } from './database.ts'
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

  /** Throws StoreError when the file cannot be used, or the options are none. */
  open(connection: unknown): OpenFile {
    const { path: given, synchronous } = checkedConnection(connection)
    const path = realPath(given)
    const entry = this.#open.get(path) ?? newEntry(path)
    this.#open.set(path, entry)
    entry.users += 1
    const { database, integrity } = entry
    if (synchronous === 'full') database.makeDurable()
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

const newEntry = (path: string): Entry => ({
  database: new Database(path),
  integrity: new IntegrityCheck(path),
  users: 0,
})

/** More links in a row are a circle. */
const MAX_LINKS = 40

/** The same file has one name here, by whichever link or relative path it is reached, also before it is made. */
function realPath(path: string): string {
  let absolute = resolve(path)
  for (let links = 0; links < MAX_LINKS; links++) {
    const target = attempt(() => realpathSync(absolute))
    if (target) return target
    // Not made yet, or its folder is missing, which opening will tell.
    const folder = attempt(() => realpathSync(dirname(absolute)))
    if (!folder) return absolute
    absolute = join(folder, basename(absolute))
    const link = attempt(() => readlinkSync(absolute))
    if (!link) return absolute
    absolute = resolve(folder, link)
  }
  return absolute
}

function attempt(look: () => string): string | null {
  try {
    return look()
  } catch {
    return null
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= action())
}
