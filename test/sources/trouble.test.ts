import { mysql } from '@queue-ops/server/sources/mysql'
import { postgres } from '@queue-ops/server/sources/postgres'
import type { RowQuery, Source, SourceKind, SourceRows } from '@queue-ops/server/sources/source'
import { readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { startMariaDb } from '../support/mariadb.ts'
import { startPostgres } from '../support/postgres.ts'
import { databases, type TestDatabase } from './databases.ts'
import { twoAttempts } from './going-on.ts'
import { queryFor, readRows } from './reading.ts'

const freezable: [name: string, start: typeof startPostgres | typeof startMariaDb, kind: SourceKind][] = [
  ['PostgreSQL', startPostgres, postgres],
  ['MariaDB', startMariaDb, mysql],
]

test.for(freezable)('a frozen %s is given up in time', async ([, start, kind]) => {
  const server = await start()
  try {
    const source = kind.open(server.url, '/', 'things')
    server.process.kill('SIGSTOP')
    const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
    const read = firstBatch(source, { relation: { query: 'SELECT 1 AS i', parameters: {} }, columns, timeoutMs: 500 })
    expect(await failure(read)).toEqual(unreadable(/did not answer in time/))
  } finally {
    server.process.kill('SIGCONT')
    await server[Symbol.asyncDispose]()
  }
})

/** Whatever a source says, none of this may be in it. */
const secrets = /127\.0\.0\.1|localhost|\/tmp|reader|hunter2|:\d{4,}/

/** The code and the reason with which something fails; a sentence of one line that tells nothing of where the source is. */
async function failure(work: Promise<unknown>): Promise<{ code: string; reason: string }> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (error: Error) => error,
  )
  const [, reason] = /^Dataset "things" cannot be read: (.*)\.$/.exec(error.message) ?? []
  if (!(error.cause instanceof Error) || !('code' in error) || reason === undefined) throw error
  if (secrets.test(reason)) throw new Error(`tells too much: ${reason}`)
  return { code: String(error.code), reason }
}

const broken = (reason: RegExp) => ({ code: 'dataset_broken', reason: expect.stringMatching(reason) as string })
const unreadable = (reason: RegExp) => ({ code: 'dataset_unreadable', reason: expect.stringMatching(reason) as string })

const open: SourceRows[] = []
afterEach(async () => {
  for (const rows of open.splice(0)) await rows.close()
})

async function begin(source: Source, wanted: Parameters<typeof queryFor>[1]) {
  const rows = await source.read(await queryFor(source, wanted))
  open.push(rows)
  return { rows, batches: rows.batches()[Symbol.asyncIterator]() }
}

async function firstBatch(source: Source, wanted: Parameters<typeof queryFor>[1]) {
  const { batches } = await begin(source, wanted)
  return (await batches.next()).value as unknown[][]
}

/** With what reading fails that has given rows before. */
async function lateFailure(source: Source, wanted: Parameters<typeof queryFor>[1]) {
  const { batches } = await begin(source, wanted)
  expect(((await batches.next()).value as unknown[][]).length).toBeGreaterThan(0)
  return failure(rest(batches))
}

async function rest(batches: AsyncIterator<unknown[][]>) {
  for (let next = await batches.next(); !next.done; next = await batches.next());
}

describe.for(Object.keys(databases))('trouble with %s', (name) => {
  let database: TestDatabase
  let source: Source
  beforeAll(async () => {
    database = (await databases[name]?.()) as TestDatabase
    source = database.source()
    await database.run(`CREATE TABLE numbers AS ${database.words.numbers(20_000)}`)
    await database.run(`CREATE TABLE other (i INTEGER)`)
  })
  afterAll(() => database?.[Symbol.asyncDispose]())
  const numbers = { relation: { table: 'numbers' } }

  test('a table that is not there is told by its name', async () => {
    const missing = source.describe({ table: 'nothing' })
    expect(await failure(missing)).toEqual(broken(/there is no table or view "nothing"|nothing does not exist/))
    const read = firstBatch(source, { relation: { table: 'nothing' }, columns: [{ name: 'i', type: 'integer' }] })
    expect(await failure(read)).toEqual(broken(/nothing/))
  })

  test('a column that is not there is told by its name', async () => {
    const read = firstBatch(source, { ...numbers, columns: [{ name: 'gone', type: 'integer' }] })
    expect(await failure(read)).toEqual(broken(/gone/))
  })

  test('a query that is no SQL is broken, and so is one that writes', async () => {
    const wrong = (query: string) => source.describe({ query, parameters: {} })
    expect(await failure(wrong('SELEKT i FROM numbers'))).toEqual(broken(/./))
    expect(await failure(wrong('DELETE FROM other'))).toEqual(broken(/./))
    await database.run('INSERT INTO other VALUES (7)')
    const second = wrong('SELECT 1 AS a) AS x; DELETE FROM other; SELECT * FROM (SELECT 1 AS a')
    expect(await failure(second)).toEqual(broken(/./))
    expect((await readRows(source, { relation: { table: 'other' } })).rows).toEqual([[7]])
    await database.run('DELETE FROM other')
  })

  test('two columns of one name are refused, or have become two', async () => {
    const twins = source.describe({ query: 'SELECT 1 AS a, 2 AS a', parameters: {} })
    const tellsThemApart = name === 'DuckDB'
    const told = tellsThemApart
      ? twins.then(({ columns }) => new Set(columns.map((column) => column.name)).size)
      : failure(twins)
    expect(await told).toEqual(tellsThemApart ? 2 : broken(/"a"|'a'/))
  })

  test('a source that hangs is given up after its time limit', async () => {
    const relation = { query: database.words.hanging, parameters: {} }
    const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
    const tests: RowQuery['tests'] = [{ column: { name: 'i', type: 'integer' }, operator: 'lt', values: [0] }]
    const read = firstBatch(source, { relation, columns, tests, timeoutMs: 1000 })
    expect(await failure(read)).toEqual(unreadable(/did not answer in time/))
  })

  test('a statement that fails after thousands of rows fails, and gives no end', async () => {
    await database.run(`CREATE TABLE plain AS ${database.words.numbers(20_000)}`)
    // The texts are there so that no driver can have all rows before the first is asked for.
    const query = `SELECT i, ${database.words.failing} AS x, CONCAT(i, '${'x'.repeat(500)}') AS t FROM plain`
    await database.run(`CREATE VIEW failing AS ${query}`)
    const relations: RowQuery['relation'][] = [{ query, parameters: {} }, { table: 'failing' }]
    if (name === 'SQLite') {
      // It would refuse to insert the row.
      await database.run(`CREATE TABLE generated AS SELECT i FROM plain`)
      await database.run(`ALTER TABLE generated ADD COLUMN x AS (${database.words.failing})`)
      relations.push({ table: 'generated' })
    }
    for (const relation of relations) expect(await lateFailure(source, { relation })).toEqual(broken(/./))
    const failed = { rows: null, code: 'dataset_broken' }
    expect(await twoAttempts(source, { query })).toEqual([failed, failed])
  })

  test('what is inserted or dropped while rows are read changes nothing', async () => {
    if (name === 'DuckDB') return
    await database.run(`CREATE TABLE growing AS ${database.words.numbers(20_000)}`)
    await database.run('CREATE VIEW seen AS SELECT * FROM growing')
    for (const table of ['growing', 'seen']) {
      const { batches } = await begin(source, { relation: { table } })
      let read = ((await batches.next()).value as unknown[][]).length
      await database.run('INSERT INTO growing SELECT i + 100000 FROM numbers')
      await database.run('DELETE FROM growing WHERE i > 100000')
      await database.run('DELETE FROM growing WHERE i = 19999')
      await database.run('INSERT INTO growing VALUES (19999)')
      // Some wait with this until the reader is done, some do it behind his back.
      const dropped = database.run(
        `DROP ${table === 'seen' ? 'TABLE' : 'VIEW'} ${table === 'seen' ? 'growing' : 'seen'}`,
      )
      dropped.catch(() => undefined)
      for (let next = await batches.next(); !next.done; next = await batches.next()) read += next.value.length
      expect(read).toBe(20_000)
      await Promise.all(open.splice(0).map((rows) => rows.close()))
      await dropped.catch(() => undefined)
      await database.run('DROP VIEW IF EXISTS seen')
      await database.run('DROP TABLE IF EXISTS growing')
      expect(await failure(source.describe({ table }))).toEqual(broken(new RegExp(table)))
      await database.run(`CREATE TABLE growing AS ${database.words.numbers(20_000)}`)
      await database.run('CREATE VIEW seen AS SELECT * FROM growing')
    }
  })

  test('a view whose table is gone is broken, before an export and between two attempts', async () => {
    await database.run('CREATE TABLE base (i INTEGER)')
    await database.run('INSERT INTO base VALUES (1)')
    await database.run('CREATE VIEW on_base AS SELECT i FROM base')
    const query = await queryFor(source, { relation: { table: 'on_base' } })
    expect((await readRows(source, query)).rows).toEqual([[1]])
    await database.run(name === 'PostgreSQL' ? 'DROP TABLE base CASCADE' : 'DROP TABLE base')
    expect(await failure(firstBatch(source, query))).toEqual(broken(/base/))
  })

  test('reading that is left in the middle can be closed, twice', async () => {
    const { rows, batches } = await begin(source, numbers)
    await batches.next()
    await batches.return?.()
    await rows.close()
    await rows.close()
    // Nothing is locked any more.
    await expect(database.run('INSERT INTO numbers VALUES (20001)')).resolves.toBeUndefined()
  })

  test('rows that nobody asked for can be closed', async () => {
    const { rows } = await begin(source, numbers)
    await rows.close()
    await expect(rows.close()).resolves.toBeUndefined()
  })
})

describe('PostgreSQL itself', () => {
  test('refused logins, databases and rights are permanent, refused connections are not', async () => {
    await using server = await startPostgres()
    const client = new Client(server.url)
    await client.connect()
    try {
      await client.query(`SET password_encryption = 'scram-sha-256'; CREATE ROLE reader LOGIN PASSWORD 'hunter2'`)
      await client.query('CREATE TABLE things (i int); CREATE SCHEMA sales; CREATE TABLE sales.orders (i int)')
      await client.query('GRANT SELECT ON sales.orders TO reader')
      const { rows } = await client.query<{ hba_file: string }>('SHOW hba_file')
      const file = rows[0]?.hba_file ?? ''
      await writeFile(file, `host all reader 127.0.0.1/32 scram-sha-256\n${await readFile(file, 'utf8')}`)
      await client.query('SELECT pg_reload_conf()')
      const as = (login: string, place = '/postgres') => {
        const url = new URL(server.url)
        return postgres.open(`postgres://${login}@${url.host}${place}`, '/', 'things')
      }
      const table = { table: 'things' }
      await eventually(async () => {
        expect(await failure(as('reader:wrong').describe(table))).toEqual(broken(/refuses the user or the password/))
      })
      expect(await failure(as('reader').describe(table))).toEqual(broken(/refuses the user or the password/))
      expect(await failure(as('nobody').describe(table))).toEqual(broken(/refuses the user or the password/))
      expect(await failure(as('postgres', '/nowhere').describe(table))).toEqual(broken(/no such database/))
      expect(await failure(as('reader:hunter2').describe(table))).toEqual(broken(/may not read/))
      expect(await failure(as('postgres').describe({ table: 'nowhere.things' }))).toEqual(
        broken(/no table or view "nowhere.things"/),
      )
      const port = await freePort()
      const nobody = postgres.open(`postgres://reader:hunter2@127.0.0.1:${port}/x`, '/', 'things')
      expect(await failure(nobody.describe(table))).toEqual(unreadable(/refuses connections/))
    } finally {
      await client.end()
    }
  })

  test('schemas, views, materialised views and partitions are tables; columns that may not be read are none', async () => {
    const database = (await databases['PostgreSQL']?.()) as TestDatabase
    try {
      await database.run(`
        CREATE SCHEMA "odd.one";
        CREATE TABLE "odd.one"."Or""ders" (id int PRIMARY KEY, secret text);
        INSERT INTO "odd.one"."Or""ders" VALUES (1, 'x');
        CREATE MATERIALIZED VIEW m AS SELECT * FROM "odd.one"."Or""ders";
        CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        INSERT INTO p VALUES (15), (5);
        CREATE ROLE few LOGIN;
        GRANT USAGE ON SCHEMA "odd.one" TO few;
        GRANT SELECT (id) ON "odd.one"."Or""ders" TO few;`)
      const source = database.source()
      const odd = { table: '"odd.one"."Or""ders"' }
      expect((await readRows(source, { relation: odd })).rows).toEqual([[1, 'x']])
      expect((await readRows(source, { relation: { table: 'm' } })).rows).toEqual([[1, 'x']])
      const { key } = await source.describe({ table: 'p' })
      expect(key).toEqual(['id'])
      const order = [{ column: 'id', descending: false }]
      expect(await readRows(source, { relation: { table: 'public.p' }, order })).toEqual({
        rows: [[5], [15]],
        total: 2,
      })
      const few = database.source(database.url.replace('postgres@', 'few@'))
      expect((await few.describe(odd)).columns.map(({ name }) => name)).toEqual(['id'])
      expect((await readRows(few, { relation: odd })).rows).toEqual([[1]])
    } finally {
      await database[Symbol.asyncDispose]()
    }
  })

  test('what is given up is cancelled at the server', async () => {
    const database = (await databases['PostgreSQL']?.()) as TestDatabase
    const client = new Client(database.url)
    await client.connect()
    const sleepers = async () => {
      const { rows } = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'queue-ops export'`,
      )
      return rows[0]?.n
    }
    try {
      const relation = { query: database.words.hanging, parameters: {} }
      const { rows, batches } = await begin(database.source(), { relation, columns: [{ name: 'i', type: 'integer' }] })
      const first = batches.next()
      first.catch(() => undefined)
      await eventually(async () => expect(await sleepers()).toBe(1))
      await rows.close()
      await expect(first).rejects.toMatchObject({ code: 'dataset_unreadable' })
      await eventually(async () => expect(await sleepers()).toBe(0))
    } finally {
      await client.end()
      await database[Symbol.asyncDispose]()
    }
  })

  test('a server that dies while rows come is told', async () => {
    const server = await startPostgres()
    try {
      const source = postgres.open(server.url, '/', 'things')
      const relation = { query: 'SELECT i FROM generate_series(1, 1000000) AS n (i)', parameters: {} }
      const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
      const { batches } = await begin(source, { relation, columns })
      await batches.next()
      server.process.kill('SIGQUIT')
      expect(await failure(rest(batches))).toEqual(unreadable(/lost|shutting down/))
    } finally {
      await server[Symbol.asyncDispose]()
    }
  })
})

describe('MariaDB itself', () => {
  test('refused logins, databases and rights are permanent, refused connections are not', async () => {
    await using server = await startMariaDb()
    const client = await createConnection({ uri: server.url.replace('mariadb:', 'mysql:') })
    await client.query(`CREATE USER reader IDENTIFIED BY 'hunter2'`)
    await client.query('CREATE DATABASE shop')
    await client.query('CREATE TABLE shop.things (i int)')
    await client.query('CREATE TABLE shop.open (i int)')
    await client.query('GRANT SELECT ON shop.open TO reader')
    await client.end()
    const { host } = new URL(server.url)
    const as = (login: string, place = '/shop') => mysql.open(`mysql://${login}@${host}${place}`, '/', 'things')
    const table = { table: 'things' }
    expect(await failure(as('reader:wrong').describe(table))).toEqual(broken(/refuses the user or the password/))
    expect(await failure(as('root', '/nowhere').describe(table))).toEqual(broken(/no such database|may not read/))
    // MySQL does not tell who may not read a table from who asks for none.
    expect(await failure(as('reader:hunter2').describe(table))).toEqual(broken(/no table or view "things"/))
    const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
    expect(await failure(firstBatch(as('reader:hunter2'), { relation: table, columns }))).toEqual(
      broken(/may not read/),
    )
    expect((await as('reader:hunter2', '').describe({ table: 'shop.open' })).columns).toHaveLength(1)
    const nobody = mysql.open(`mysql://reader:hunter2@127.0.0.1:${await freePort()}/x`, '/', 'things')
    expect(await failure(nobody.describe(table))).toEqual(unreadable(/refuses connections/))
  })

  test('what is given up is ended at the server; what nobody asks for stays there', async () => {
    const database = (await databases['MariaDB']?.()) as TestDatabase
    const client = await createConnection({ uri: database.url.replace('mariadb:', 'mysql:') })
    const states = async () => {
      const [rows] = await client.query(
        `SELECT STATE FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT \`i\`%' AND COMMAND = 'Execute'`,
      )
      return (rows as { STATE: string }[]).map((row) => row.STATE)
    }
    const columns: RowQuery['columns'] = [{ name: 'i', type: 'integer' }]
    try {
      const relation = { query: database.words.hanging, parameters: {} }
      const hanging = await begin(database.source(), { relation, columns })
      const first = hanging.batches.next()
      first.catch(() => undefined)
      await eventually(async () => expect(await states()).toEqual(['User sleep']))
      await hanging.rows.close()
      await expect(first).rejects.toMatchObject({ code: 'dataset_unreadable' })
      await eventually(async () => expect(await states()).toEqual([]))

      const many = { query: `SELECT REPEAT('x', 1000) AS i FROM seq_1_to_1000000`, parameters: {} }
      const slow = await begin(database.source(), { relation: many, columns: [{ name: 'i', type: 'text' }] })
      await slow.batches.next()
      await eventually(async () => expect(await states()).toEqual(['Writing to net']))
      await slow.rows.close()
      await eventually(async () => expect(await states()).toEqual([]))
    } finally {
      await client.end()
      await database[Symbol.asyncDispose]()
    }
  })

  test('a statement that somebody kills, or that meets more than one row, has failed', async () => {
    const database = (await databases['MariaDB']?.()) as TestDatabase
    try {
      const source = database.source()
      const columns: RowQuery['columns'] = [{ name: 'i', type: 'text' }]
      const query = `SELECT REPEAT('x', 1000) AS i FROM seq_1_to_1000000`
      const { batches } = await begin(source, { relation: { query, parameters: {} }, columns })
      await batches.next()
      const [[id]] = (await database.ask(
        `SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT \`i\`%' AND COMMAND = 'Execute'`,
      )) as [[string]]
      await database.run(`KILL QUERY ${id}`)
      expect(await failure(rest(batches))).toEqual(unreadable(/has broken off the statement/))

      const twice = `SELECT REPEAT('x', (SELECT seq FROM seq_1_to_2 WHERE seq = 1 OR n.seq > 19000)) AS i FROM seq_1_to_20000 AS n`
      const relation = { query: twice, parameters: {} }
      expect(await lateFailure(source, { relation, columns })).toEqual(broken(/more than 1 row/))
      const below = `SELECT CAST(19000 AS UNSIGNED) - n.seq AS i FROM seq_1_to_20000 AS n`
      expect(await lateFailure(source, { relation: { query: below, parameters: {} }, columns })).toEqual(
        broken(/out of range/),
      )
    } finally {
      await database[Symbol.asyncDispose]()
    }
  })

  test('a server that dies while rows come is told', async () => {
    const server = await startMariaDb()
    try {
      const source = mysql.open(server.url, '/', 'things')
      const relation = { query: 'SELECT seq AS i FROM seq_1_to_1000000', parameters: {} }
      const { batches } = await begin(source, { relation, columns: [{ name: 'i', type: 'integer' }] })
      await batches.next()
      server.process.kill('SIGKILL')
      expect(await failure(rest(batches))).toEqual(unreadable(/lost/))
    } finally {
      await server[Symbol.asyncDispose]()
    }
  })
})
