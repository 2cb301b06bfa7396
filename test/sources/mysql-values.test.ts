import { mysql } from '@queue-ops/server/sources/mysql'
import { createConnection, type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMariaDb, type TestMariaDb } from '../support/mariadb.ts'
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

/** Per declared type: our type, and values as SQL, each with its cell, or null where MariaDB's own text is the cell. */
const types: Record<string, [type: string, values: Record<string, unknown>]> = {
  'tinyint(1)': ['boolean', { '0': false, '1': true, '-7': -7 }],
  'tinyint(4)': ['integer', { '-128': -128 }],
  'tinyint(3) unsigned': ['integer', { '255': 255 }],
  'smallint(6)': ['integer', { '-32768': -32_768 }],
  'mediumint(8) unsigned': ['integer', { '16777215': 16_777_215 }],
  'int(10) unsigned': ['integer', { '4294967295': 4_294_967_295 }],
  'int(5) unsigned zerofill': ['integer', { '42': 42 }],
  'bigint(20)': [
    'integer',
    {
      '9223372036854775807': 9_223_372_036_854_775_807n,
      '-9223372036854775808': -9_223_372_036_854_775_808n,
      '9007199254740991': 9_007_199_254_740_991,
      '9007199254740993': 9_007_199_254_740_993n,
    },
  ],
  'bigint(20) unsigned': ['integer', { '18446744073709551615': 18_446_744_073_709_551_615n, '0': 0 }],
  'bit(1)': ['boolean', { "b'1'": true, "b'0'": false }],
  'bit(64)': ['integer', { '0xffffffffffffffff': 18_446_744_073_709_551_615n, "b'101'": 5 }],
  'decimal(65,30)': [
    'decimal',
    { '12345678901234567890123456789012345.000000000000000000000000000001': null, '-0.5': null },
  ],
  'decimal(10,2)': ['decimal', { '-0.5': '-0.50' }],
  float: ['real', { '1.1': 1.1, '16777216': 16_777_216, '3.4028235e38': 3.4028235e38 }],
  double: ['real', { '0.1e0 + 0.2e0': 0.1 + 0.2, '1e308': 1e308 }],
  date: ['date', { "'2024-02-29'": '2024-02-29', "'0000-00-00'": '0000-00-00', "'2024-00-00'": null }],
  time: ['time', { "'-838:59:59'": '-838:59:59', "'00:00:00'": '00:00:00' }],
  'time(6)': ['time', { "'23:59:59.123400'": '23:59:59.1234', "'-00:00:00.000001'": '-00:00:00.000001' }],
  datetime: [
    'datetime',
    {
      "'2024-05-06 07:08:09'": '2024-05-06T07:08:09',
      "'2024-05-06'": '2024-05-06T00:00:00',
      "'0000-00-00'": '0000-00-00 00:00:00',
      "'9999-12-31 23:59:59'": '9999-12-31T23:59:59',
    },
  ],
  'datetime(6)': [
    'datetime',
    { "'2024-05-06 07:08:09.123456'": '2024-05-06T07:08:09.123456', "'2024-05-06 07:08:09'": '2024-05-06T07:08:09' },
  ],
  'timestamp(3) null': [
    'timestamp',
    {
      "'2024-05-06 07:08:09.120'": '2024-05-06T07:08:09.12Z',
      "'2038-01-19 03:14:07'": '2038-01-19T03:14:07Z',
      "'0000-00-00'": '0000-00-00 00:00:00',
    },
  ],
  'year(4)': ['integer', { '1901': 1901 }],
  'char(5)': ['text', { "'ab'": 'ab' }],
  'varchar(100)': [
    'text',
    { "''": '', [String.raw`'a\nb\tc\\ "x" ''y'''`]: null, "'😀 é ẞ'": '😀 é ẞ', "'NULL'": 'NULL' },
  ],
  'varchar(9) character set latin1': ['text', { "'äöü'": 'äöü' }],
  longtext: ['text', { "REPEAT('é', 100000)": 'é'.repeat(100_000) }],
  'binary(4)': ['binary', { "x'00ff'": new Uint8Array([0, 255, 0, 0]) }],
  'varbinary(9)': ['binary', { "x'00ff5c'": new Uint8Array([0, 255, 92]), "''": new Uint8Array() }],
  longblob: ['binary', { "x'c328'": new Uint8Array([0xc3, 0x28]) }],
  "enum('a','b''c')": ['text', { "'b''c'": "b'c" }],
  "set('x','y')": ['text', { "'x,y'": 'x,y', "''": '' }],
  json: ['json', { [`'{"b": 1,  "a": [1e400, null]}'`]: null }],
  uuid: ['text', { "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'": 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' }],
  inet6: ['text', { "'2001:db8::1'": '2001:db8::1' }],
  point: [
    'binary',
    {
      "ST_GeomFromText('POINT(1 2)')": new Uint8Array(Buffer.from('0101000000000000000000f03f0000000000000040', 'hex')),
    },
  ],
}

/** The types that information_schema calls otherwise. */
const called: Record<string, string> = {
  'timestamp(3) null': 'timestamp(3)',
  'varchar(9) character set latin1': 'varchar(9)',
  json: 'longtext',
}

for (const [declared, [type, values]] of Object.entries(types)) {
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
    expect(columns[1]).toEqual({ name: 'v', type, sourceType: called[declared] ?? declared })
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
