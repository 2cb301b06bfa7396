import { existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { counterOf, type State } from './state.ts'
import { asStoreError, StoreError } from './store-error.ts'

/**
 * Copies a queue file while it is used, to a file that must not exist yet. The copy is of one moment and complete by
 * itself. Rejects with {@link StoreError}.
 */
export function backupFile(path: string, target: string): void {
  if (existsSync(target)) throw new StoreError('readonly', `${target} exists already: name a new file`)
  // Not SQLite's online backup, which starts over whenever another process writes.
  const unfinished = `${target}.partial`
  rmSync(unfinished, { force: true })
  withFile(path, (db) => db.prepare('VACUUM INTO ?').run(unfinished))
  renameSync(unfinished, target)
}

/**
 * Looks for damage: the file as SQLite checks it, the queues' counts against their jobs, and rows that belong to no job.
 * Gives a sentence for each finding, none when all is well. Throws {@link StoreError}.
 */
export function checkFile(path: string): string[] {
  return withFile(path, (db) => [...brokenPages(db), ...wrongCounts(db), ...orphans(db)])
}

function brokenPages(db: DatabaseSync): string[] {
  const rows = db.prepare('PRAGMA integrity_check').all()
  return rows.map((row) => String(row['integrity_check'])).filter((finding) => finding !== 'ok')
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

function orphans(db: DatabaseSync): string[] {
  return Object.entries(owned).flatMap(([table, column]) => {
    const row = db.prepare(`SELECT count(*) AS lost FROM ${table} WHERE ${column} NOT IN (SELECT key FROM job)`).get()
    return Number(row?.['lost']) > 0 ? [`${row?.['lost']} rows of ${table} belong to no job.`] : []
  })
}

function withFile<T>(path: string, use: (db: DatabaseSync) => T): T {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    if (Number(db.prepare('PRAGMA user_version').get()?.['user_version']) === 0) {
      throw new StoreError('corrupt', `${path} is no queue file`)
    }
    return use(db)
  } catch (error) {
    throw asStoreError(error)
  } finally {
    db?.close()
  }
}
