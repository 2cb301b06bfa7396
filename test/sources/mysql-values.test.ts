import { mysql } from '@queue-ops/server/sources/mysql'
import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts'
import { mariaDbTypes } from './mariadb-types.ts'
import { readRows } from './reading.ts'

let server: TestMariaDb
let client: Connection
beforeAll(async () => {
  server = await startMariaDb()
  client = await createConnection({ uri: server.url.replace('mariadb:', 'mysql:'), charset: 'utf8mb4' })
  await client.query(`SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'`)
})
afterAll(async () => {
  await client?.end()
  await server?.[Symbol.asyncDispose]()
})

/** The types that information_schema calls otherwise. */
const called: Record<string, string> = {
  'timestamp(3) null': 'timestamp(3)',
  'varchar(9) character set latin1': 'varchar(9)',
  json: 'longtext',
}

for (const [declared, [type, values]] of Object.entries(mariaDbTypes)) {
  test(`${declared} comes as it is`, async () => {
    const rows = Object.keys(values).map((value, at) => `(${at}, ${value})`)
    await client.query('DROP TABLE IF EXISTS awkward')
    await client.query(`CREATE TABLE awkward (id int PRIMARY KEY, v ${declared}) CHARACTER SET utf8mb4`)
    await client.query(`INSERT INTO awkward VALUES ${rows.join(', ')}, (99, NULL)`)
    const [texts] = await client.query(
      `SELECT CONCAT(${declared === 'point' ? 'ST_AsText(v)' : 'v'}) AS text FROM awkward ORDER BY id`,
    )

    const source = mysql.open(server.url, '/', 'awkward')
    const relation = { table: 'awkward' }
    const { columns, key } = await source.describe(relation)
    expect(columns[1]).toMatchObject({ name: 'v', type, sourceType: called[declared] ?? declared })
    expect(key).toEqual(['id'])
    const { rows: read } = await readRows(source, { relation, order: [{ column: 'id', descending: false }] })
    const expected = Object.values(values).map((cell, at) => cell ?? (texts as { text: string }[])[at]?.text)
    expect(read.map(([, cell]) => cell)).toEqual([...expected, null])
  })
}

test('settings of the server change nothing in the cells', async () => {
  await client.query(`SET GLOBAL time_zone = '+05:45', GLOBAL sql_mode = 'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH'`)
  await client.query('DROP TABLE IF EXISTS odd')
  await client.query(`CREATE TABLE odd (a timestamp)`)
  await client.query(`INSERT INTO odd VALUES ('2024-05-06 07:08:09')`)
  try {
    const source = mysql.open(server.url, '/', 'odd')
    expect((await readRows(source, { relation: { table: 'odd' } })).rows).toEqual([['2024-05-06T07:08:09Z']])
  } finally {
    await client.query(`SET GLOBAL time_zone = 'SYSTEM', GLOBAL sql_mode = DEFAULT`)
  }
})

test('a column may have the name of what every object has', async () => {
  await client.query('DROP TABLE IF EXISTS odd_names')
  await client.query('CREATE TABLE odd_names (`__proto__` int PRIMARY KEY, `constructor` text)')
  await client.query(`INSERT INTO odd_names VALUES (1, 'a'), (2, 'b'), (3, 'c')`)
  const source = mysql.open(server.url, '/', 'odd_names')
  const relation = { table: 'odd_names' }
  const order = [{ column: '__proto__', descending: false }]
  const from = { columns: ['__proto__'], values: [2], mayBeNull: false }
  expect((await readRows(source, { relation, order, from })).rows).toEqual([
    [2, 'b'],
    [3, 'c'],
  ])
})
