import { DatabaseSync } from 'node:sqlite'
import { randomNumbers } from '../../support/random-numbers.ts'

/** The table that is exported, in the SQLite file and in DuckDB's. */
export const TABLE = 'rows'

/**
 * One column of every kind, by the types that SQLite declares. The big ones are beyond 2^53, so that a reader of plain
 * numbers fails on them; amounts are texts, as SQLite has no exact decimals.
 */
export const columns = {
  id: 'INTEGER PRIMARY KEY',
  big: 'BIGINT NOT NULL',
  ratio: 'REAL NOT NULL',
  amount: 'TEXT NOT NULL',
  code: 'TEXT NOT NULL',
  remark: 'TEXT NOT NULL',
  active: 'BOOLEAN NOT NULL',
  born: 'DATE NOT NULL',
  seen_at: 'TIMESTAMP NOT NULL',
  nickname: 'TEXT',
}

const SEED = 20_261_124

/** So many rows are thought up; more are copies of them under other ids, which costs less time and as much to export. */
const DISTINCT = 1_000_000

const YEAR_MS = 365.25 * 86_400_000
const WORDS =
  'invoice parcel returned "as is" customer, said: naïve façade größer 東京 данные 📦 late; on time =SUM tomato\nsecond line'.split(
    ' ',
  )

/** Makes a SQLite file of so many rows, the same in every run. */
export function makeRows(path: string, rows: number): void {
  const db = new DatabaseSync(path)
  const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  db.exec(`PRAGMA synchronous = OFF; CREATE TABLE ${TABLE} (${definitions.join(', ')}); BEGIN`)
  const insert = db.prepare(`INSERT INTO ${TABLE} VALUES (${Object.keys(columns).fill('?').join(', ')})`)
  const random = randomNumbers(SEED)
  const distinct = Math.min(rows, DISTINCT)
  for (let id = 1; id <= distinct; id++) insert.run(id, ...values(random))
  const others = Object.keys(columns).slice(1).join(', ')
  const copy = db.prepare(
    `INSERT INTO ${TABLE} SELECT id + ?, ${others} FROM ${TABLE} WHERE id <= ? ORDER BY ${TABLE}.id`,
  )
  for (let made = distinct; made < rows; made += distinct) copy.run(made, Math.min(distinct, rows - made))
  db.exec('COMMIT')
  db.close()
}

/** Everything but the id. */
function values(random: () => number) {
  const whole = (below: number) => Math.floor(random() * below)
  const words = Array.from({ length: 8 + whole(12) }, () => WORDS[whole(WORDS.length)])
  const at = new Date(Date.UTC(1970, 0, 1) + Math.floor(random() * 56 * YEAR_MS)).toISOString()
  return [
    2n ** 53n + BigInt(whole(2 ** 50)),
    random() * 1000 - 500,
    `${whole(100_000)}.${String(whole(100)).padStart(2, '0')}`,
    `C-${whole(1_000_000).toString(36)}`,
    words.join(' '),
    whole(2),
    at.slice(0, 10),
    at,
    random() < 0.5 ? null : `n${whole(10_000)}`,
  ]
}
