import { existsSync, statSync, type Stats } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { asStoreError, StoreError } from './store-error.ts'

/**
 * Opens a SQLite file for reading. While nobody uses it, it is read as it lies there: SQLite would otherwise make a log
 * beside it, which stays, and locks the queue's own user out when another one ran this. Throws StoreError.
 */
export function withFile<T>(path: string, use: (db: DatabaseSync) => T): T {
  requireRegularFile(path)
  const before = stampOf(path)
  const unused = !existsSync(`${path}-wal`)
  let seen: T | undefined
  let failure: unknown
  try {
    seen = readFile(path, unused, use)
  } catch (error) {
    failure = error
  }
  // Somebody began to use it meanwhile, so that what was seen may be of two moments.
  if (unused && stampOf(path) !== before) return readFile(path, false, use)
  if (failure) throw failure
  return seen as T
}

function requireRegularFile(path: string) {
  const facts = factsOf(path)
  if (!facts) throw new StoreError('missing', `there is no file ${path}`)
  if (!facts.isFile()) throw new StoreError('missing', `${path} is not a regular file`)
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    // Missing, or in a folder that may not be looked into, or no name that a file can have.
    return undefined
  }
}

function stampOf(path: string): string {
  const facts = factsOf(path)
  return `${facts?.mtimeMs} ${facts?.size} ${existsSync(`${path}-wal`)}`
}

/** @param asItLies without a look at its log, and without making one */
export function readFile<T>(path: string, asItLies: boolean, use: (db: DatabaseSync) => T): T {
  const url = pathToFileURL(path)
  if (asItLies) url.searchParams.set('immutable', '1')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(url, { readOnly: true, timeout: 5000 })
    return use(db)
  } catch (error) {
    throw asStoreError(error, path)
  } finally {
    db?.close()
  }
}
