import type { ColumnType } from '@queue-ops/server/contract'

/** Per declared type: our type, and values as SQL, each with its cell, or null where MariaDB's own text is the cell. */
export const mariaDbTypes: Record<string, [type: ColumnType, values: Record<string, unknown>]> = {
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
