import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { counterOf, type State } from './state.ts'
import { asStoreError, problemIn, StoreError } from './store-error.ts'

/**
 * Copies a queue file while it is used, to a file that must not exist yet. The copy is of one moment and complete by
 * itself. Rejects with {@link StoreError}.
 */
export function backupFile(path: string, target: string): void {
  if (existsSync(target)) throw new StoreError('readonly', `${target} exists already: name a new file`)
  // Not SQLite's online backup, which starts over whenever another process writes.
  const unfinished = `${target}.partial`
  withFile(path, (db) => {
    try {
      rmSync(unfinished, { force: true })
      db.prepare('VACUUM INTO ?').run(unfinished)
      renameSync(unfinished, target)
    } catch (error) {
      rmSync(unfinished, { force: true })
      throw ofTarget(target, error)
    }
  })
}

/** The file that is copied can be read at that time: what has no room or cannot be opened is the copy. */
function ofTarget(target: string, error: unknown): unknown {
  const problem = problemIn(error)
  if (problem === 'full') return new StoreError('full', `the disk with ${target} is full, name another place`)
  if (problem === 'missing')
    return new StoreError('missing', `${target} cannot be made: see its folder and who may write it`)
  return error
}

/**
 * Looks for damage: the file as SQLite checks it, the queues' counts against their jobs, and rows that belong to no job.
 * Gives a sentence for each finding, none when all is well. Throws {@link StoreError}.
 */
export function checkFile(path: string): string[] {
  return withFile(path, (db) => {
    const broken = brokenPages(db)
    // What is asked of broken pages ends with an error.
    return broken.length > 0 ? broken : [...wrongCounts(db), ...orphans(db), ...lostData(db)]
  })
}

function brokenPages(db: DatabaseSync): string[] {
  try {
    const rows = db.prepare('PRAGMA integrity_check').all()
    return rows.map((row) => String(row['integrity_check'])).filter((finding) => finding !== 'ok')
  } catch (error) {
    if (problemIn(error) !== 'corrupt' || !(error instanceof Error)) throw error
    return [error.message]
  }
}

function wrongCounts(db: DatabaseSync): string[] {
  return Object.entries(counterOf).flatMap(([state, counter]) => {
    const rows = db
      .prepare(
        `SELECT name, ${counter} AS counted, (SELECT count(*) FROM job WHERE queue = q.id AND state = ?) AS there FROM queue q`,
      )
      .all(Number(state) as State)
    return rows
      .filter((row) => row['counted'] !== row['there'])
      .map((row) => `Queue ${row['name']} counts ${row['counted']} ${counter} jobs, but has ${row['there']}.`)
  })
}

const owned = { payload: 'job', log: 'job', dependency: 'parent' }

function lostData(db: DatabaseSync): string[] {
  const sql =
    'SELECT count(*) AS lost FROM job WHERE data IS NULL AND key NOT IN (SELECT job FROM payload WHERE data IS NOT NULL)'
  const row = db.prepare(sql).get()
  return Number(row?.['lost']) > 0 ? [`${row?.['lost']} jobs have lost their data.`] : []
}

function orphans(db: DatabaseSync): string[] {
  return Object.entries(owned).flatMap(([table, column]) => {
    const row = db.prepare(`SELECT count(*) AS lost FROM ${table} WHERE ${column} NOT IN (SELECT key FROM job)`).get()
    return Number(row?.['lost']) > 0 ? [`${row?.['lost']} rows of ${table} belong to no job.`] : []
  })
}

/**
 * Opens the file for reading. While nobody uses it, it is read as it lies there: SQLite would otherwise make a log beside
 * it, which stays, and locks the queue's own user out when another one ran this.
 */
function withFile<T>(path: string, use: (db: DatabaseSync) => T): T {
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

function stampOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false })
  return `${facts?.mtimeMs} ${facts?.size} ${existsSync(`${path}-wal`)}`
}

function readFile<T>(path: string, unused: boolean, use: (db: DatabaseSync) => T): T {
  const url = pathToFileURL(path)
  if (unused) url.searchParams.set('immutable', '1')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(url, { readOnly: true, timeout: 5000 })
    if (Number(db.prepare('PRAGMA user_version').get()?.['user_version']) === 0) {
      throw new StoreError('corrupt', `${path} is no queue file`)
    }
    return use(db)
  } catch (error) {
    throw asStoreError(error, path)
  } finally {
    db?.close()
  }
}
