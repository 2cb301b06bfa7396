import { DuckDBInstance } from '@duckdb/node-api'
import { duckDb } from '@queue-ops/server/sources/duckdb'
import { mysql } from '@queue-ops/server/sources/mysql'
import { postgres } from '@queue-ops/server/sources/postgres'
import type { Source } from '@queue-ops/server/sources/source'
import { sqlite } from '@queue-ops/server/sources/sqlite'
import { createConnection } from 'mysql2/promise'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { startMariaDb } from '../support/mariadb.ts'
import { startPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/program.ts'

/** A real database that a test may fill. */
export interface TestDatabase extends AsyncDisposable {
  url: string
  /** A source that reads it. `url` when it is to be read otherwise. */
  source(url?: string): Source
  run(sql: string): Promise<void>
  /** What it answers to a query for texts. */
  ask(sql: string): Promise<(string | null)[][]>
  words: Words
}

/** What differs between the databases in the SQL that tests fill them with. */
interface Words {
  text: string
  binary: string
  timestamp: string
  bytes(hex: string): string
  /** A text of any characters. */
  quoted(text: string): string
  /** A query for the numbers from 1 to `n` as column `i`. */
  numbers(n: number): string
  /** A collation in which the order is not that of the bytes. */
  collate: string
  /** A query that gives nothing for a minute and more. */
  hanging: string
  /** What is computed of every `i` but 19999, at which the statement fails. */
  failing: string
}

type Texts = Awaited<ReturnType<TestDatabase['ask']>>

/** Its file is either written or read: it is closed again. */
async function askDuckDb(path: string, sql: string): Promise<Texts> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    return (await connection.runAndReadAll(sql)).getRowsJS() as Texts
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const standard = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Every kind of SQL database that is read. */
export const databases: Record<string, () => Promise<TestDatabase>> = {
  async SQLite() {
    const folder = await temporaryFolder()
    const path = `${folder.path}/data.sqlite`
    const db = new DatabaseSync(path)
    db.exec('PRAGMA journal_mode = WAL')
    return {
      url: `sqlite:${path}`,
      source: (url = `sqlite:${path}`) => sqlite.open(url, '/', 'things'),
      run: async (sql) => db.exec(sql),
      async ask(sql) {
        const statement = db.prepare(sql)
        statement.setReturnArrays(true)
        return statement.all() as unknown as Texts
      },
      words: {
        text: 'TEXT',
        binary: 'BLOB',
        timestamp: 'TEXT',
        bytes: (hex) => `x'${hex}'`,
        quoted: standard,
        numbers: (n) =>
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n}) SELECT i FROM n`,
        collate: 'COLLATE NOCASE',
        hanging: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS i FROM n',
        failing: 'abs(CASE WHEN i = 19999 THEN -9223372036854775808 ELSE i END)',
      },
      async [Symbol.asyncDispose]() {
        db.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  },
  async PostgreSQL() {
    const server = await startPostgres()
    const client = new Client(server.url)
    client.on('error', () => undefined)
    await client.connect()
    return {
      url: server.url,
      source: (url = server.url) => postgres.open(url, '/', 'things'),
      run: async (sql) => void (await client.query(sql)),
      ask: async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows as Texts,
      words: {
        text: 'varchar(200)',
        binary: 'bytea',
        timestamp: 'timestamptz',
        bytes: (hex) => `'\\x${hex}'::bytea`,
        quoted: standard,
        numbers: (n) => `SELECT i FROM generate_series(1, ${n}) AS n (i)`,
        collate: 'COLLATE "en-x-icu"',
        hanging: 'SELECT random()::int AS i FROM pg_sleep(3600)',
        failing: '1 / (19999 - i)',
      },
      async [Symbol.asyncDispose]() {
        await client.end()
        await server[Symbol.asyncDispose]()
      },
    }
  },
  async MariaDB() {
    const server = await startMariaDb()
    const url = server.url.replace('/mysql', '/shop')
    const client = await createConnection({
      uri: server.url.replace('mariadb:', 'mysql:'),
      charset: 'utf8mb4',
      multipleStatements: true,
    })
    await client.query('CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
    await client.query(`USE shop`)
    await client.query(`SET time_zone = '+00:00'`)
    return {
      url,
      source: (other = url) => mysql.open(other, '/', 'things'),
      run: async (sql) => void (await client.query(sql)),
      ask: async (sql) => (await client.query({ sql, rowsAsArray: true }))[0] as Texts,
      words: {
        text: 'varchar(200)',
        binary: 'varbinary(20)',
        timestamp: 'timestamp(6) null',
        bytes: (hex) => `x'${hex}'`,
        quoted: (text) => standard(text.replaceAll('\\', '\\\\')),
        numbers: (n) => `SELECT seq AS i FROM seq_1_to_${n}`,
        collate: 'COLLATE utf8mb4_general_ci',
        hanging: `SELECT SLEEP(3600) AS i`,
        failing: 'EXP(IF(i = 19999, 1000, 1))',
      },
      async [Symbol.asyncDispose]() {
        await client.end().catch(() => undefined)
        await server[Symbol.asyncDispose]()
      },
    }
  },
  async DuckDB() {
    const folder = await temporaryFolder()
    const path = `${folder.path}/data.duckdb`
    return {
      url: `duckdb:${path}`,
      source: (url = `duckdb:${path}`) => duckDb.open(url, '/', 'things'),
      run: async (sql) => void (await askDuckDb(path, sql)),
      ask: (sql) => askDuckDb(path, sql),
      words: {
        text: 'VARCHAR',
        binary: 'BLOB',
        timestamp: 'TIMESTAMPTZ',
        bytes: (hex) => `unhex('${hex}')`,
        quoted: standard,
        numbers: (n) => `SELECT i FROM range(1, ${n + 1}) AS n (i)`,
        collate: 'COLLATE NOCASE',
        hanging: 'SELECT sum(i) AS i FROM range(1000000000000) AS n (i)',
        failing: `CAST(CASE WHEN i = 19999 THEN 'none' ELSE CAST(i AS VARCHAR) END AS INTEGER)`,
      },
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
}
