import type { ColumnType } from '@queue-ops/server/contract'

/** Types of our own that {@link postgresTypes} are of. */
export const postgresTypeDefinitions = `
  CREATE TYPE mood AS ENUM ('low', 'hi''gh');
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN positive AS bigint CHECK (VALUE > 0);
  CREATE DOMAIN very_positive AS positive;`

/** Per declared type: our type, and values as SQL, each with its cell, or null where PostgreSQL's own text is the cell. */
export const postgresTypes: Record<string, [type: ColumnType, values: Record<string, unknown>]> = {
  boolean: ['boolean', { true: true, false: false }],
  smallint: ['integer', { '-32768': -32_768 }],
  integer: ['integer', { '2147483647': 2_147_483_647 }],
  bigint: [
    'integer',
    {
      '9223372036854775807': 9_223_372_036_854_775_807n,
      '-9223372036854775808': -9_223_372_036_854_775_808n,
      '9007199254740991': 9_007_199_254_740_991,
      '9007199254740993': 9_007_199_254_740_993n,
      '-999999999999999': -999_999_999_999_999,
    },
  ],
  oid: ['integer', { '4294967295': 4_294_967_295 }],
  real: ['real', { '1.1': 1.1, "'NaN'": NaN, "'-Infinity'": -Infinity }],
  'double precision': ['real', { '0.1::float8 + 0.2': 0.1 + 0.2, "'-0'": -0, '5e-324': 5e-324 }],
  numeric: ['decimal', { '1234567890123456789012345678901234567890.000100': null, "'NaN'": 'NaN', "'Infinity'": null }],
  'numeric(10,2)': ['decimal', { '-0.5': '-0.50' }],
  money: ['text', { "'-1234.5'": null }],
  text: ['text', { "''": '', "E'a\\nb\\tc\\\\ \"x\" ''y'''": null, "'😀 é ẞ \u202e'": null, "'NULL'": 'NULL' }],
  'character(5)': ['text', { "'ab'": 'ab   ' }],
  'character varying(3)': ['text', { "'äöü'": 'äöü' }],
  date: [
    'date',
    { "'2024-02-29'": '2024-02-29', "'infinity'": 'infinity', "'0044-03-15 BC'": null, "'12024-01-01'": null },
  ],
  'time without time zone': ['time', { "'23:59:59.999999'": '23:59:59.999999', "'24:00'": '24:00:00' }],
  'time with time zone': ['text', { "'12:00:00.5+05:30'": '12:00:00.5+05:30' }],
  'timestamp without time zone': [
    'datetime',
    {
      "'2024-05-06 07:08:09.123456'": '2024-05-06T07:08:09.123456',
      "'1999-12-31'": '1999-12-31T00:00:00',
      "'-infinity'": '-infinity',
      "'0044-03-15 12:00 BC'": '0044-03-15 12:00:00 BC',
      "'12024-01-01'": '12024-01-01 00:00:00',
    },
  ],
  'timestamp with time zone': [
    'timestamp',
    {
      "'2024-05-06 07:08:09.12+02'": '2024-05-06T05:08:09.12Z',
      "'1850-01-01 00:00:00+00'": '1850-01-01T00:00:00Z',
      "'infinity'": 'infinity',
      "'0044-03-15 12:00+00 BC'": '0044-03-15 12:00:00+00 BC',
      "'12024-01-01 00:00+00'": '12024-01-01 00:00:00+00',
    },
  ],
  interval: ['text', { "'1 year -2 months 3 days 04:05:06.7'": 'P10M3DT4H5M6.7S' }],
  json: ['json', { [`'{"b": 1,  "a": [1e400, null], "a": 2}'`]: null }],
  jsonb: ['json', { [`'{"b": 1, "a": ["x", null]}'`]: null, "'null'": 'null' }],
  bytea: ['binary', { "'\\x00ff5c'": new Uint8Array([0, 255, 92]), "''": new Uint8Array() }],
  uuid: ['text', { "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'": 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' }],
  inet: ['text', { "'192.168.0.1/24'": null }],
  macaddr: ['text', { "'08:00:2b:01:02:03'": null }],
  xml: ['text', { '\'<a b="c">&amp;</a>\'': null }],
  mood: ['text', { "'hi''gh'": "hi'gh" }],
  pair: ['text', { "ROW(1, 'x,\"y')": null }],
  positive: ['integer', { '7': 7 }],
  very_positive: ['integer', { '9223372036854775807': 9_223_372_036_854_775_807n }],
  'integer[]': ['text', { "'{{1,2},{3,NULL}}'": null }],
  'text[]': ['text', { "ARRAY['a,b', '\"', '', NULL]": null }],
  int4range: ['text', { "'[1,5)'": null }],
  tstzrange: ['text', { "'[2024-01-01 00:00+00, infinity)'": null }],
  'bit(3)': ['text', { "B'101'": '101' }],
  tsvector: ['text', { "'a:1 b:2'": null }],
  point: ['text', { "'(1.5,-2)'": null }],
}
