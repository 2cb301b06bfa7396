import type { DatabaseSync } from 'node:sqlite'
import { withFile } from './read-file.ts'
import { counterOf } from './state.ts'
import { problemIn } from './store-error.ts'
import { identify } from './whose-file.ts'

/** What a look for damage has found, a sentence each. */
export interface Findings {
  /** What only a backup mends. */
  damage: string[]
  /** What can be made from the rest of the file: see repairing.ts. */
  repairable: string[]
}

/**
 * Looks for damage: the file as SQLite checks it, jobs without their data, the queues' counts against their jobs, and rows
 * that belong to no job. Throws StoreError.
 */
export function checkFile(path: string): Findings {
  return withFile(path, (db) => {
    if (identify(db, path) === 'empty') return { damage: [], repairable: [] }
    const damage = brokenPages(db)
    // What is asked of broken pages ends with an error.
    if (damage.length > 0) return { damage, repairable: [] }
    return { damage: lostData(db), repairable: [...wrongCounts(db), ...orphans(db)] }
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

function lostData(db: DatabaseSync): string[] {
  const sql =
    'SELECT count(*) AS lost FROM job WHERE data IS NULL AND key NOT IN (SELECT job FROM payload WHERE data IS NOT NULL)'
  const row = db.prepare(sql).get()
  return Number(row?.['lost']) > 0 ? [`${row?.['lost']} jobs have lost their data.`] : []
}

function wrongCounts(db: DatabaseSync): string[] {
  return Object.entries(counterOf).flatMap(([state, counter]) => {
    const rows = db
      .prepare(
        `SELECT name, ${counter} AS counted, (SELECT count(*) FROM job WHERE queue = q.id AND state = ?) AS there FROM queue q`,
      )
      .all(Number(state))
    return rows
      .filter((row) => row['counted'] !== row['there'])
      .map((row) => `Queue ${row['name']} counts ${row['counted']} ${counter} jobs, but has ${row['there']}.`)
  })
}

/** The column by which the rows of a table belong to a job. */
export const owned = { payload: 'job', log: 'job', dependency: 'parent' }

function orphans(db: DatabaseSync): string[] {
  return Object.entries(owned).flatMap(([table, column]) => {
    const row = db.prepare(`SELECT count(*) AS lost FROM ${table} WHERE ${column} NOT IN (SELECT key FROM job)`).get()
    return Number(row?.['lost']) > 0 ? [`${row?.['lost']} rows of ${table} belong to no job.`] : []
  })
}
