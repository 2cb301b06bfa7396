import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { readFile } from './read-file.ts'
import { refuseNewer, versionOf } from './schema.ts'
import { StoreError } from './store-error.ts'

/** Stands in the header of every queue file (SQLite's `application_id`): the letters QOps. */
const APPLICATION_ID = 0x514f7073

/** Files of the first version are known by their tables only. */
const firstTables = ['queue', 'job', 'payload', 'dependency', 'dedup', 'dedup_next', 'scheduler', 'event', 'client']

/**
 * What a database is to us: a queue file, or an empty one that may become one. Throws {@link StoreError} `foreign` for that
 * of another application, `newer` for that of a newer program. Writes nothing.
 */
export function identify(db: DatabaseSync, path: string): 'queue' | 'empty' {
  const [id, version] = [applicationIdOf(db), versionOf(db)]
  const tables = tablesOf(db)
  if (id === 0 && version === 0 && tables.length === 0) return 'empty'
  const isFirst = id === 0 && version === 1 && firstTables.every((table) => tables.includes(table))
  if (id !== APPLICATION_ID && !isFirst) {
    throw new StoreError('foreign', `${path} is a SQLite file of another application: name a file of its own`, {
      told: 'the queue file is a SQLite file of another application: name a file of its own',
    })
  }
  refuseNewer(version)
  return 'queue'
}

/** Says in the file whose it is, before there is a log: so the header tells from the beginning. */
export function claim(db: DatabaseSync): void {
  if (applicationIdOf(db) !== APPLICATION_ID) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
}

/**
 * Refuses a file that is not ours before it is opened for writing, which could fold its log into it. Throws like
 * {@link identify}; passes one that is not there.
 */
export function requireQueueFile(path: string): void {
  if (sizeOf(path) === 0) return
  // A log without its index would get one by being read.
  const asItLies = !existsSync(`${path}-wal`) || !existsSync(`${path}-shm`)
  readFile(path, asItLies, (db) => identify(db, path))
}

/** 0 for what is not there, or cannot be looked at, which opening tells. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

const applicationIdOf = (db: DatabaseSync) => Number(db.prepare('PRAGMA application_id').get()?.['application_id'])

const tablesOf = (db: DatabaseSync) =>
  db
    .prepare('SELECT name FROM sqlite_schema')
    .all()
    .map((row) => String(row['name']))
