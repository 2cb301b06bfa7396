/** A type of a column that an operator's key may name, and values of it as SQL. */
export interface AwkwardKey {
  type: string
  values: string[]
  /** Whether an export goes on behind a row with such a value; default: behind each that is not NULL. */
  goesOn?: 'never' | 'sometimes'
}

type Keys = Record<string, AwkwardKey>

const texts = ["''", "'a'", "'A'", "'a '", "'ä'", "'b'", "'_'", "'10'", "'9'", "'😀'"]
const days = [`'2024-02-29'`, `'1900-01-01'`, `'9999-12-31'`]

const duckDbKeys: Keys = {
  ENUM: { type: `ENUM ('small', 'medium', 'large')`, values: [`'small'`, `'medium'`, `'large'`], goesOn: 'never' },
  FLOAT: {
    type: 'FLOAT',
    values: ['0.7', '1.1', `'-Infinity'`, `'Infinity'`, `'NaN'`, '-0.0', '1e-45', '3.4028235e38'],
  },
  DOUBLE: { type: 'DOUBLE', values: ['0.7', `'-Infinity'`, `'Infinity'`, `'NaN'`, `'-0.0'`, '5e-324', '1e300'] },
  TIMESTAMP_NS: {
    type: 'TIMESTAMP_NS',
    values: ['123456789', '123456788', '123456', '1'].map((fraction) => `'2024-05-06 07:08:09.${fraction}'`),
  },
  TIMESTAMP_MS: { type: 'TIMESTAMP_MS', values: [`'2024-05-06 07:08:09.123'`, `'1969-12-31 23:59:59.999'`] },
  TIMESTAMP: {
    type: 'TIMESTAMP',
    values: [`'2024-05-06 07:08:09.123456'`, `'infinity'`, `'-infinity'`, `'0044-03-15 (BC) 01:02:03'`],
  },
  TIMESTAMPTZ: {
    type: 'TIMESTAMPTZ',
    values: [`'2024-05-06 07:08:09.123456+02'`, `'infinity'`, `'-infinity'`, `'0044-03-15 (BC) 01:02:03+00'`],
  },
  TIME: { type: 'TIME', values: [`'01:02:03.123456'`, `'23:59:59'`] },
  UUID: { type: 'UUID', values: ['0', '8', 'f'].map((digit) => `'${digit}0000000-0000-4000-8000-000000000000'`) },
  HUGEINT: { type: 'HUGEINT', values: ['9007199254740993', '170141183460469231731687303715884105727', '-1'] },
  DECIMAL: { type: 'DECIMAL(38, 5)', values: ['12345678901234567890.00001', '12345678901234567890.00002', '-0.5'] },
  BLOB: { type: 'BLOB', values: ['00', 'ff', 'c328', ''].map((hex) => `unhex('${hex}')`) },
  VARCHAR: { type: 'VARCHAR', values: ["''", "'a'", "'A'", "'a '", "'😀'"] },
  'VARCHAR COLLATE NOCASE': { type: 'VARCHAR COLLATE NOCASE', values: ["'b'", "'a'", "'A'", "'B'"] },
  BOOLEAN: { type: 'BOOLEAN', values: ['true', 'false'] },
  INTERVAL: { type: 'INTERVAL', values: [`'30 days'`, `'1 month'`, `'-1 day'`], goesOn: 'never' },
  JSON: { type: 'JSON', values: [`'{"a": 1}'`, `'[]'`], goesOn: 'never' },
}

/** By database. Those that keep several values for equal have them beside each other. */
export const awkwardKeys: Record<string, Keys> = {
  SQLite: {
    'any type': {
      type: '',
      values: ['9e999', '-9e999', '-0.0', '5e-324', '1.5', '9007199254740993', '-5', `'11'`, `'a'`, `x'00ff'`, `x''`],
    },
    'TEXT that is no UTF-8': {
      type: 'TEXT',
      values: ['636166E9', '63616600', '636166EFBFBD', '636166FF', 'F09F9880', '41', 'FE', 'FF'].map(
        (hex) => `CAST(x'${hex}' AS TEXT)`,
      ),
      goesOn: 'sometimes',
    },
    'TEXT COLLATE NOCASE': { type: 'TEXT COLLATE NOCASE', values: texts },
    'TEXT COLLATE RTRIM': { type: 'TEXT COLLATE RTRIM', values: texts },
    BOOLEAN: { type: 'BOOLEAN', values: ['1', '0', '2', `'yes'`] },
    REAL: { type: 'REAL', values: ['0.1', '1', '9e999', '-9e999', '1e300', '4503599627370497.5'] },
  },
  PostgreSQL: {
    float8: {
      type: 'float8',
      values: [`'-Infinity'`, `'Infinity'`, `'NaN'`, `'-0'`, `'5e-324'`, '0.1', '1.7976931348623157e308'],
    },
    float4: { type: 'float4', values: ['0.7', '1.1', `'-Infinity'`, `'NaN'`, `'1e-45'`, '3.4028235e38'] },
    numeric: { type: 'numeric', values: [`'NaN'`, `'Infinity'`, '12345678901234567890.00001', '1.10', '-0.5'] },
    enum: { type: 'size', values: [`'small'`, `'medium'`, `'large'`] },
    timestamptz: {
      type: 'timestamptz',
      values: [`'infinity'`, `'-infinity'`, `'0044-03-15 01:02:03+00 BC'`, `'2024-05-06 07:08:09.123456+02'`],
    },
    timestamp: { type: 'timestamp', values: [`'infinity'`, `'2024-05-06 07:08:09.1'`, `'20240-05-06 07:08:09'`] },
    date: { type: 'date', values: [...days, `'infinity'`, `'0044-03-15 BC'`] },
    interval: { type: 'interval', values: [`'30 days'`, `'1 month'`, `'-1 year 2 days'`, `'0.000001 s'`] },
    bytea: { type: 'bytea', values: ['00', 'ff', 'c328', '00ff', '', '5c'].map((hex) => `'\\x${hex}'`) },
    'char(5)': { type: 'char(5)', values: [`'a'`, `'A'`, `'b'`] },
    'text in which a is A': { type: 'text COLLATE ci', values: texts.filter((text) => text !== `'a '`) },
    'text of ICU': { type: 'text COLLATE "en-x-icu"', values: texts },
    boolean: { type: 'boolean', values: ['true', 'false'] },
    uuid: {
      type: 'uuid',
      values: [`'00000000-0000-4000-8000-000000000000'`, `'f0000000-0000-4000-8000-000000000000'`],
    },
    'int[]': { type: 'int[]', values: [`'{1,2}'`, `'{1}'`, `'{NULL}'`, `'{}'`] },
    jsonb: { type: 'jsonb', values: [`'{"a": 1}'`, `'[]'`, `'null'`] },
    'a composite type': { type: 'pair', values: ['(1,2)', '(1,)'].map((pair) => `'${pair}'`), goesOn: 'never' },
  },
  MariaDB: {
    ENUM: { type: `ENUM ('small', 'medium', 'large')`, values: [`'small'`, `'medium'`, `'large'`], goesOn: 'never' },
    SET: { type: `SET ('z', 'a')`, values: [`'z'`, `'a'`, `'z,a'`, `''`], goesOn: 'never' },
    FLOAT: { type: 'FLOAT', values: ['0.7', '1.1', '1e-40'], goesOn: 'never' },
    DOUBLE: { type: 'DOUBLE', values: ['0.7', '-0.0', '5e-324', '1e300'], goesOn: 'never' },
    BIT: { type: 'BIT(8)', values: [`b'1'`, `b'11111111'`], goesOn: 'never' },
    JSON: { type: 'JSON', values: [`'{"a": 1}'`, `'[]'`], goesOn: 'never' },
    TEXT: { type: 'TEXT', values: texts, goesOn: 'never' },
    'a text longer than what is sorted by': {
      type: 'VARCHAR(2000) COLLATE utf8mb4_bin',
      values: [2, 1, 3].map((n) => `CONCAT(REPEAT('x', 1500), ${n})`),
      goesOn: 'never',
    },
    'text in which a is A': { type: 'VARCHAR(20) COLLATE utf8mb4_general_ci', values: texts },
    'text of bytes': { type: 'VARCHAR(20) COLLATE utf8mb4_bin', values: texts },
    'text in which a space counts': { type: 'VARCHAR(20) COLLATE utf8mb4_nopad_bin', values: texts },
    'CHAR(5)': { type: 'CHAR(5)', values: [`'a'`, `'A'`, `'b'`] },
    VARBINARY: { type: 'VARBINARY(10)', values: ['00', 'ff', 'c328', '00ff', '', '5c'].map((hex) => `x'${hex}'`) },
    'BIGINT UNSIGNED': { type: 'BIGINT UNSIGNED', values: ['18446744073709551615', '9007199254740993', '0'] },
    DECIMAL: { type: 'DECIMAL(65, 0)', values: ['1', '2', '3'].map((n) => `1${'0'.repeat(40)}${n}`) },
    DATE: { type: 'DATE', values: [...days, `'0000-00-00'`] },
    DATETIME: {
      type: 'DATETIME(6)',
      values: [`'2024-05-06 07:08:09.123456'`, `'2024-05-06 07:08:09.1'`, `'0000-00-00'`],
    },
    TIMESTAMP: { type: 'TIMESTAMP(6) NULL', values: [`'2024-05-06 07:08:09.123456'`, `'2024-05-06 07:08:09'`] },
    TIME: { type: 'TIME(6)', values: [`'-01:02:03.5'`, `'01:02:03'`, `'838:59:59'`] },
    YEAR: { type: 'YEAR', values: ['1901', '2155'] },
    BOOLEAN: { type: 'BOOLEAN', values: ['1', '0', '2'] },
    UUID: {
      type: 'UUID',
      values: [`'00000000-0000-4000-8000-000000000000'`, `'f0000000-0000-1000-8000-000000000000'`],
    },
    INET6: { type: 'INET6', values: [`'::1'`, `'1.2.3.4'`, `'ffff::'`] },
  },
  DuckDB: duckDbKeys,
  // Types that Parquet keeps; an ENUM is a text there.
  Parquet: {
    ENUM: { type: duckDbKeys['ENUM']?.type ?? '', values: [`'small'`, `'medium'`, `'large'`] },
    ...Object.fromEntries(
      ['FLOAT', 'TIMESTAMP_NS', 'VARCHAR'].flatMap((type) => (duckDbKeys[type] ? [[type, duckDbKeys[type]]] : [])),
    ),
  },
}
