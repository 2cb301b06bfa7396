import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OwnFault } from '../failure.ts'
import { makeFolderSync } from '../make-folder.ts'
import { APPLICATION_ID, createTables, VERSION } from './schema.ts'
import { isBusy, isDamage, wordsOf } from './sqlite-problem.ts'

/** In place of a path: a history that is forgotten when the probe ends. */
export const IN_MEMORY = ':memory:'

/** Who has it while another probe ends is waited for, so that a restart does not stumble over its predecessor. */
const WAIT_FOR_PREDECESSOR_MS = 2000

/** The file cannot be had now, which is no mistake of the settings: a full disk, one that is read-only. The message is why. */
export class Unusable extends Error {}

export interface OpenedFile {
  db: DatabaseSync
  /** Where a damaged file that was there has been put, null when there was none. */
  putAside: string | null
}

/**
 * Opens the history, and makes it where there is none. A damaged file is put aside and a new one begun. Throws OwnFault,
 * with the sentence to tell, when another probe has it or it is another program's, and {@link Unusable} when the disk does
 * not let it be opened or made.
 */
export function openFile(path: string, now: Date): OpenedFile {
  try {
    if (path !== IN_MEMORY) makeFolderSync(dirname(path))
    return { db: connect(path), putAside: null }
  } catch (error) {
    if (!isDamage(error) || path === IN_MEMORY) throw asOwnFault(path, error)
  }
  // Something that is no SQLite file at all under a name that is none of one is more likely a wrong path than damage.
  if (!/\.(sqlite3?|db)$/.test(path)) {
    throw new OwnFault(`the history ${path} is no SQLite file: name another one, ending in .sqlite`)
  }
  try {
    const putAside = putFileAside(path, now)
    return { db: connect(path), putAside }
  } catch (error) {
    throw asOwnFault(path, error)
  }
}

function putFileAside(path: string, now: Date): string {
  const name = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`
  for (const end of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(path + end)) renameSync(path + end, name + end)
  }
  return name
}

function connect(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: WAIT_FOR_PREDECESSOR_MS })
  try {
    // Held until the process ends, however it ends: two probes would tell every incident twice.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    db.exec('BEGIN IMMEDIATE; COMMIT')
    prepare(db, path)
    db.exec('PRAGMA busy_timeout = 0')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(db: DatabaseSync, path: string) {
  const number = (pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (isEmpty) return createTables(db)
  if (number('application_id') !== APPLICATION_ID) {
    throw new OwnFault(`the history ${path} is the file of another program: name another one`)
  }
  if (number('user_version') > VERSION) {
    throw new OwnFault(
      `the history ${path} was written by a newer version of the probe: use that, or name another file`,
    )
  }
  const found = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0]
  if (found !== 'ok') throw new Damage()
}

class Damage extends Error {
  readonly errcode = 11
}

function asOwnFault(path: string, error: unknown): Error {
  if (error instanceof OwnFault) return error
  if (isBusy(error)) {
    return new OwnFault(`the history ${path} is in use by another probe: stop that one, or name another file`)
  }
  return new Unusable(wordsOf(error))
}
