import type { Column, ColumnType } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'

/** A column and the values it has, from the first row on. */
export interface AwkwardColumn {
  name: string
  type: ColumnType
  sourceType?: string
  cells: Cell[]
}

/** Texts that have spoilt files. */
export const texts = [
  '',
  ' ',
  ' leading and trailing ',
  'emoji 😀 👩‍👩‍👧 astral 𝒳𐍈',
  'שלום עולם ‏مرحبا‎',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\nof them\r\n',
  '\n',
  'quo"te ""two""',
  `it's`,
  'comma, semicolon; pipe | tab\tend',
  '\ttab first',
  'NULL',
  'null',
  '\\N',
  'true',
  '007',
  '1e5',
  '12345678901234567890',
  '2024-02-29',
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1:A9)',
  '＝1+1',
  '  =1+1',
  `'=1+1`,
  `'plain apostrophe`,
  '=HYPERLINK("http://127.0.0.1/?x="&A1,"click")',
  '_x0041_',
  '_x000D_',
  '_x005F_x0041_',
  '</t></is></c>',
  '&amp; & <b>',
  ']]>',
  '{"json": "in a text"}',
  'back\\slash \\n',
  'null character \u0000 bell \u0007 escape \u001b delete \u007f next line \u0085',
  'separators \u2028 \u2029 no-break\u00a0space zero\u200bwidth \ufeffmark',
  'not characters \ufffe\uffff',
  'combining e\u0301 not é',
  'x'.repeat(40_000),
  `${'y'.repeat(32_766)}😀 behind the limit`,
]

/** Texts that are no Unicode: files in UTF-8 cannot hold them. */
export const loneSurrogates = ['high \ud83d alone', 'low \ude00 alone', '\udc00', '\ud800\ud800']

/** Every value that has ever spoilt a file, a column for each type. */
export const awkwardColumns: AwkwardColumn[] = [
  { name: 'text', type: 'text', cells: [...texts, ...loneSurrogates] },
  {
    name: 'integer',
    type: 'integer',
    cells: [
      0,
      1,
      -1,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
      2n ** 53n,
      2n ** 53n + 1n,
      -(2n ** 53n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ],
  },
  {
    name: 'unsigned',
    type: 'integer',
    sourceType: 'bigint unsigned',
    cells: [0, 1, 2n ** 63n, 2n ** 64n - 1n],
  },
  {
    name: 'real',
    type: 'real',
    cells: [
      0.1,
      -0,
      0,
      1e308,
      -1e308,
      5e-324,
      1.7976931348623157e308,
      123456789.12345679,
      1e21,
      1e-7,
      1 / 3,
      Number.NaN,
      Infinity,
      -Infinity,
    ],
  },
  {
    name: 'exact',
    type: 'decimal',
    sourceType: 'numeric(38,10)',
    cells: [
      '0',
      '0.1',
      '-0.0000000001',
      '9999999999999999999999999999.9999999999',
      '-9999999999999999999999999999.9999999999',
      '12.5000000000',
      '123456789012345',
      '123456789.0123456789',
    ],
  },
  { name: 'small', type: 'decimal', sourceType: 'decimal(12,2)', cells: ['0.00', '-0.01', '9999999999.99', '12.50'] },
  {
    name: 'any digits',
    type: 'decimal',
    sourceType: 'numeric',
    cells: [
      '0.1',
      '12345678901234567890123456789012345678',
      '-0.00000000000000000000000000000000000001',
      '1e400',
      '007',
    ],
  },
  { name: 'boolean', type: 'boolean', cells: [true, false, null, true] },
  {
    name: 'date',
    type: 'date',
    cells: [
      '0001-01-01',
      '1582-10-10',
      '1899-12-31',
      '1900-01-01',
      '1900-02-28',
      '1900-03-01',
      '1970-01-01',
      '2024-02-29',
      '9999-12-31',
    ],
  },
  {
    name: 'time',
    type: 'time',
    cells: ['00:00:00', '23:59:59.999999', '12:30', '24:00:00', '-838:59:59', '13:00:00+02'],
  },
  {
    name: 'timestamp',
    type: 'timestamp',
    cells: [
      '1970-01-01T00:00:00Z',
      '2024-02-29T12:34:56.123456Z',
      '1899-12-31T23:59:59Z',
      '1900-03-01T00:00:00Z',
      '9999-12-31T23:59:59.999999Z',
      '0001-01-01T00:00:00.000001Z',
      '2024-06-30 23:59:59.5Z',
    ],
  },
  {
    name: 'datetime',
    type: 'datetime',
    cells: ['1970-01-01T00:00:00', '2024-02-29 12:34:56.123456', '1900-02-28 23:59:59', '9999-12-31T23:59:59.999'],
  },
  {
    name: 'json',
    type: 'json',
    cells: [
      '{}',
      '{"a": [1, 2.50, 12345678901234567890], "b": "\\u00e9\\n"}',
      '[\r\n  1,\n  "x\\ny"\n]',
      '"text"',
      '12345678901234567890123',
      'null',
      '-5',
      '{not json',
      '',
    ],
  },
  {
    name: 'binary',
    type: 'binary',
    cells: [
      new Uint8Array(),
      new Uint8Array([0]),
      new Uint8Array([0, 255, 10, 13, 34]),
      new Uint8Array(30_000).fill(0xab),
    ],
  },
  { name: 'a "quoted", name', type: 'text', cells: ['1'] },
  { name: 'A "QUOTED", NAME', type: 'text', cells: ['2'] },
  { name: '=1+1 😀\n<&>', type: 'text', cells: ['3'] },
  { name: `long ${'n'.repeat(300)}`, type: 'text', cells: ['4'] },
  { name: '__proto__', type: 'text', cells: ['5'] },
]

const height = Math.max(...awkwardColumns.map(({ cells }) => cells.length)) + 1

/** All of them as a table; the last row is all NULL. */
export const awkward: { columns: Column[]; rows: Cell[][] } = {
  columns: awkwardColumns.map(({ name, type, sourceType = '' }) => ({
    name,
    type,
    source_type: sourceType,
    label: 'not the header',
    filterable: true,
  })),
  rows: Array.from({ length: height }, (_, row) => awkwardColumns.map(({ cells }) => cells[row] ?? null)),
}

/** What a column of SQLite may hold, whatever it was declared for. */
export const anything: Cell[] = [
  null,
  1,
  2.5,
  2n ** 63n - 1n,
  'text',
  '',
  true,
  new Uint8Array([1, 2]),
  Number.NaN,
  '2024-02-29',
]
