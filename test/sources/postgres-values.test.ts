import { postgres } from '@queue-ops/server/sources/postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { postgresTypeDefinitions, postgresTypes } from './postgres-types.ts'
import { readRows } from './reading.ts'

let server: TestPostgres
let client: Client
beforeAll(async () => {
  server = await startPostgres()
  client = new Client(server.url)
  await client.connect()
  await client.query(postgresTypeDefinitions)
})
afterAll(async () => {
  await client?.end()
  await server?.[Symbol.asyncDispose]()
})

for (const [declared, [type, values]] of Object.entries(postgresTypes)) {
  test(`${declared} comes as it is`, async () => {
    const rows = Object.keys(values).map((value, at) => `(${at}, (${value})::${declared})`)
    await client.query(`DROP TABLE IF EXISTS awkward; CREATE TABLE awkward (id int PRIMARY KEY, v ${declared})`)
    await client.query(`INSERT INTO awkward VALUES ${rows.join(', ')}, (99, NULL)`)
    await client.query(`SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'`)
    const texts = await client.query<{ text: string }>('SELECT v::text AS text FROM awkward ORDER BY id')

    const source = postgres.open(server.url, '/', 'awkward')
    const relation = { table: 'awkward' }
    const { columns, key } = await source.describe(relation)
    expect(columns[1]).toEqual({ name: 'v', type, sourceType: declared })
    expect(key).toEqual(['id'])
    const { rows: read } = await readRows(source, { relation, order: [{ column: 'id', descending: false }] })
    const expected = Object.values(values).map((cell, at) => cell ?? texts.rows[at]?.text)
    expect(read.map(([, cell]) => cell)).toEqual([...expected, null])
  })
}

test('settings of the server and the user change nothing in the cells', async () => {
  await client.query(`
    CREATE ROLE odd LOGIN;
    ALTER ROLE odd SET DateStyle = 'German, DMY';
    ALTER ROLE odd SET TimeZone = 'Asia/Kathmandu';
    ALTER ROLE odd SET bytea_output = 'escape';
    ALTER ROLE odd SET extra_float_digits = -10;`)
  const source = postgres.open(server.url.replace('postgres@', 'odd@'), '/', 'odd')
  const query = `SELECT timestamptz '2024-05-06 07:08:09+00' AS a, date '2024-05-06' AS b, '\\x5c'::bytea AS c, 0.1::float8 + 0.2 AS d`
  const { rows } = await readRows(source, { relation: { query, parameters: {} } })
  expect(rows).toEqual([['2024-05-06T07:08:09Z', '2024-05-06', new Uint8Array([92]), 0.1 + 0.2]])
})
