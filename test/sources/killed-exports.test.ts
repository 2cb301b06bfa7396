import { duckDbFiles } from '@queue-ops/server/sources/duckdb'
import type { Cell } from '@queue-ops/server/sources/source'
import type { Dataset } from '@queue-ops/server/dataset'
import { writeExport } from '@queue-ops/server/write-export'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/program.ts'
import { databases, type TestDatabase } from './databases.ts'
import { datasetOf } from './going-on.ts'

const ROWS = 3000

interface Case {
  database: string
  /** Statements that make what `relation` names. `$numbers`: a query for the numbers from 1 to ROWS as `i`. */
  made: string[]
  relation: { table: string } | { query: string } | { parquet: string }
  key: string[] | null
  /** Whether it goes on, or starts over. */
  goesOn: boolean
}

const float = (value: string): Case => ({
  database: 'DuckDB',
  made: [],
  relation: { parquet: `SELECT ${value}::FLOAT AS f, i AS id FROM ($numbers) AS n` },
  key: ['f', 'id'],
  goesOn: true,
})

const cases: Record<string, Case> = {
  'a key of PostgreSQL, found by itself, that is -Infinity': {
    database: 'PostgreSQL',
    made: [
      'CREATE TABLE t (f float8, id int, PRIMARY KEY (f, id))',
      `INSERT INTO t SELECT CASE WHEN i < 2500 THEN '-Infinity'::float8 ELSE i::float8 END, i FROM ($numbers) AS n`,
    ],
    relation: { table: 't' },
    key: null,
    goesOn: true,
  },
  'a key of SQLite, found by itself, that is no UTF-8': {
    database: 'SQLite',
    made: [
      'CREATE TABLE t (k TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID',
      `INSERT INTO t SELECT CAST(x'636166E9' || printf('%06d', i) AS TEXT), i FROM ($numbers) AS n`,
    ],
    relation: { table: 't' },
    key: null,
    goesOn: false,
  },
  'an infinity in a view of SQLite': {
    database: 'SQLite',
    made: ['CREATE TABLE n AS $numbers', `CREATE VIEW t AS SELECT 9e999 AS r, i AS id, 'note' AS note FROM n`],
    relation: { table: 't' },
    key: ['r', 'id'],
    goesOn: true,
  },
  'an ENUM of DuckDB': {
    database: 'DuckDB',
    made: [
      `CREATE TYPE size AS ENUM ('small', 'medium', 'large')`,
      `CREATE TABLE t AS SELECT (['small', 'medium', 'large'])[i % 3 + 1]::size AS s, i AS id FROM ($numbers) AS n`,
    ],
    relation: { table: 't' },
    key: ['s', 'id'],
    goesOn: false,
  },
  'a FLOAT of Parquet that is less than the DOUBLE of the same digits': float('0.7'),
  'a FLOAT of Parquet that is more than the DOUBLE of the same digits': float('1.1'),
  'nanoseconds of Parquet': {
    database: 'DuckDB',
    made: [],
    relation: {
      parquet: `SELECT make_timestamp_ns(1700000000123456000 + i * 333) AS ts, i AS id FROM ($numbers) AS n`,
    },
    key: ['ts'],
    goesOn: true,
  },
  'an ENUM in a view of MariaDB': {
    database: 'MariaDB',
    made: [
      `CREATE TABLE e (s ENUM ('small', 'medium', 'large') NOT NULL, id int NOT NULL)`,
      'INSERT INTO e SELECT i % 3 + 1, i FROM ($numbers) AS n',
      'CREATE VIEW t AS SELECT * FROM e',
    ],
    relation: { table: 't' },
    key: ['s', 'id'],
    goesOn: false,
  },
  'a key of PostgreSQL whose operator did not know of its NULLs': {
    database: 'PostgreSQL',
    made: [
      'CREATE TABLE e (k int, id int)',
      'INSERT INTO e SELECT CASE WHEN i < 2500 THEN i END, i FROM ($numbers) AS n',
    ],
    relation: { query: 'SELECT * FROM e' },
    key: ['k', 'id'],
    goesOn: true,
  },
}

async function made(database: TestDatabase, { made, relation, key }: Case): Promise<Dataset> {
  const withNumbers = (sql: string) => sql.replaceAll('$numbers', () => database.words.numbers(ROWS))
  for (const sql of made) await database.run(withNumbers(sql))
  if (!('parquet' in relation)) return datasetOf(database.source(), { relation, key })
  const path = `${database.url.replace('duckdb:', '')}.parquet`
  await database.run(`COPY (${withNumbers(relation.parquet)}) TO '${path}'`)
  return datasetOf(duckDbFiles.open(`parquet:${path}`, '/', 'things'), { relation: { whole: true }, key })
}

const catalogueOf = (dataset: Dataset): Parameters<typeof writeExport>[2] => ({
  list: () => [dataset],
  pick: () => dataset,
})

/** A dataset that comes to an end, as a worker does that is killed, when so many rows are safe on disk. */
function dying(dataset: Dataset, after: number, isSafe: () => Promise<boolean>): Dataset {
  async function* untilDeath(batches: AsyncIterable<Cell[][]>, isKept: boolean): AsyncGenerator<Cell[][]> {
    const rows = (await Array.fromAsync(batches)).flat()
    yield rows.slice(0, after)
    if (isKept) await eventually(async () => expect(await isSafe()).toBe(true))
    throw new Error('the worker has died')
  }
  return {
    ...dataset,
    open: (async (...asked: Parameters<Dataset['open']>) => {
      const rows = await dataset.open(...asked)
      return rows && { ...rows, batches: () => untilDeath(rows.batches(), rows.keyAt !== null) }
    }) as Dataset['open'],
  }
}

/** Exports it undisturbed, and once more with a worker that dies when `after` rows are safe. */
async function killedExport(dataset: Dataset, after: number, isKept: boolean) {
  await using folder = await temporaryFolder()
  const place = (id: string) => ({ folder: folder.path, id, minFreeBytes: 0, attempt: randomUUID() })
  const data = { dataset: 'things', format: 'csv' as const }
  const write = (id: string, dataset: Dataset) => writeExport(place(id), data, catalogueOf(dataset), () => undefined, 0)
  const isSafe = async () => {
    if (!isKept) return true
    const checkpoint = await readFile(join(folder.path, '.killed.checkpoint'), 'utf8')
    return (JSON.parse(checkpoint) as { rows: number }).rows === after
  }
  const whole = await write('whole', dataset)
  await expect(write('killed', dying(dataset, after, isSafe))).rejects.toThrow('the worker has died')
  const killed = await write('killed', dataset)
  const parts = (await readdir(folder.path)).filter((name) => name.startsWith('.killed.') && name.endsWith('.part'))
  return { whole, killed, parts }
}

for (const [title, case_] of Object.entries(cases)) {
  test(`an export is the same after its worker has died, in spite of ${title}`, async () => {
    await using database = (await databases[case_.database]?.()) as TestDatabase
    const dataset = await made(database, case_)
    for (const after of [600, 1650]) {
      const { whole, killed, parts } = await killedExport(dataset, after, case_.goesOn)
      expect(whole.rows).toBe(ROWS)
      const resumedRows = case_.goesOn ? after : 0
      expect(killed).toEqual({ ...whole, path: expect.anything(), resumedRows, notes: expect.anything() })
      expect(killed.notes).toHaveLength(case_.goesOn ? 1 : 0)
      expect(parts).toHaveLength(1)
    }
  })
}
