import type { ColumnType } from '@queue-ops/server/contract'

/** Per declared type: our type, and values as SQL, each with its cell, or null where DuckDB's own text is the cell. */
export const duckDbTypes: Record<string, [type: ColumnType, values: Record<string, unknown>]> = {
  BOOLEAN: ['boolean', { true: true, false: false }],
  TINYINT: ['integer', { '-128': -128 }],
  UBIGINT: ['integer', { '18446744073709551615': 18_446_744_073_709_551_615n }],
  BIGINT: ['integer', { '9007199254740991': 9_007_199_254_740_991, '9007199254740993': 9_007_199_254_740_993n }],
  HUGEINT: ['integer', { '170141183460469231731687303715884105727': 2n ** 127n - 1n, '5': 5 }],
  UHUGEINT: ['integer', { '340282366920938463463374607431768211455': 2n ** 128n - 1n }],
  FLOAT: ['real', { '1.1': 1.1, "'NaN'": NaN, "'-inf'": -Infinity }],
  DOUBLE: ['real', { '0.1::DOUBLE + 0.2::DOUBLE': 0.1 + 0.2 }],
  'DECIMAL(38,10)': [
    'decimal',
    { "'1234567890123456789012345678.0000000001'": '1234567890123456789012345678.0000000001' },
  ],
  VARCHAR: ['text', { "''": '', "'a' || chr(10) || '\"b\"'": 'a\n"b"', "'😀'": '😀', "'NULL'": 'NULL' }],
  BLOB: ['binary', { "'\\x00\\xFF'::BLOB": new Uint8Array([0, 255]) }],
  DATE: ['date', { "'2024-02-29'": '2024-02-29', "'infinity'": 'infinity', "'0044-03-15 (BC)'": null }],
  TIME: ['time', { "'23:59:59.999999'": '23:59:59.999999' }],
  'TIME WITH TIME ZONE': ['text', { "'12:00:00.5+05:30'": '12:00:00.5+05:30' }],
  TIMESTAMP: [
    'datetime',
    {
      "'2024-05-06 07:08:09.12'": '2024-05-06T07:08:09.12',
      "'12024-01-01'": '12024-01-01 00:00:00',
      "'0044-03-15 (BC) 12:00:00'": null,
      "'infinity'": 'infinity',
    },
  ],
  TIMESTAMP_NS: ['datetime', { "'2024-05-06 07:08:09.123456789'": '2024-05-06T07:08:09.123456789' }],
  TIMESTAMP_S: ['datetime', { "'2024-05-06 07:08:09'": '2024-05-06T07:08:09' }],
  'TIMESTAMP WITH TIME ZONE': [
    'timestamp',
    {
      "'2024-05-06 07:08:09.12+02'": '2024-05-06T05:08:09.12Z',
      "'infinity'": 'infinity',
      "'12024-01-01 00:00:00+00'": null,
      "'0044-03-15 (BC) 12:00:00+00'": null,
    },
  ],
  INTERVAL: ['text', { "INTERVAL '1 year 3 days 4 hours'": null }],
  UUID: ['text', { "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'": 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' }],
  BIT: ['text', { "'0101'": '0101' }],
  "ENUM('a', 'b''c')": ['text', { "'b''c'": "b'c" }],
  'INTEGER[]': ['json', { '[1, NULL]': '[1,null]' }],
  'INTEGER[2]': ['json', { '[1, 2]': '[1,2]' }],
  'STRUCT(a INTEGER, b VARCHAR[])': ['json', { "{'a': 1, 'b': ['x\"y']}": String.raw`{"a":1,"b":["x\"y"]}` }],
  'MAP(VARCHAR, BIGINT)': ['json', { "MAP {'k': 9007199254740993}": '{"k":9007199254740993}' }],
  'UNION(n INTEGER, t VARCHAR)': ['json', { "union_value(t := 'x')": '{"t":"x"}' }],
  JSON: ['json', { [`'{"b": 1,  "a": [1e400]}'`]: '{"b": 1,  "a": [1e400]}' }],
}
