import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ColumnType, type ExportSelection } from '../../contract.ts'
import type { OpsError } from '../../errors.ts'
import type { Source } from '../sources/source.ts'
import { sqlite } from '../sources/sqlite.ts'
import { createDataset, type Dataset, type DatasetDefinition } from './dataset.ts'
import { operatorsOf } from './operators.ts'

let folder: string
let reads = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  const db = new DatabaseSync(join(folder, 'types.sqlite'))
  const columns = ColumnType.options.map((type) => `${type} ${type}`)
  db.exec(`CREATE TABLE types (id INTEGER PRIMARY KEY, ${columns.join(', ')}, secret TEXT, note TEXT, "__proto__" TEXT);
    INSERT INTO types (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT 'n' || (i % 3) FROM n`)
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  reads = 0
})

/** The real source, counted, as one whose columns hold what they are declared for. */
function typedSource(dynamic: boolean): Source {
  const source = sqlite.open(`sqlite:${join(folder, 'types.sqlite')}`, '/', 'types')
  return {
    dynamic,
    describe: (relation) => source.describe(relation),
    read(query) {
      reads++
      return source.read(query)
    },
  }
}

function types(changes: Partial<DatasetDefinition> = {}, dynamic = false): Dataset {
  const typed = [...ColumnType.options, 'id', 'note', '__proto__']
  return createDataset(
    {
      name: 'types',
      description: '',
      fingerprint: 'types',
      source: typedSource(dynamic),
      relation: { table: 'types' },
      parameters: [],
      columns: [
        ...typed.map((name) => ({
          name,
          type: ColumnType.safeParse(name).data,
          hidden: false,
          filterable: name !== 'note',
        })),
        { name: 'secret', hidden: true, filterable: true },
      ],
      key: null,
      order: [],
      rowLimit: null,
      timeoutMs: 10_000,
      ...changes,
    },
    { withinMs: 10_000, freshMs: 0, failedMs: 0 },
  )
}

const withParameters = () =>
  types({
    relation: { query: 'SELECT id, text FROM types WHERE id > :least AND text <> :not AND :since IS NOT NULL' },
    columns: [],
    parameters: [
      { name: 'least', type: 'integer', description: '', required: true, default: null },
      { name: 'not', type: 'text', description: '', required: false, default: 'n1' },
      { name: 'since', type: 'timestamp', description: '', required: false, default: null },
    ],
  })

/** JSON as it comes over the wire: `__proto__` in it is a name like any other. */
const parse = (json: string) => JSON.parse(json) as ExportSelection

async function mistakesOf(dataset: Dataset, wanted: unknown): Promise<string> {
  const error = await dataset.select(wanted as ExportSelection).then(
    () => null,
    (reason: OpsError) => reason,
  )
  expect({ wanted, error }).toEqual({ wanted, error: expect.objectContaining({ code: 'invalid_input' }) })
  return error?.message ?? ''
}

// ── values that do not fit ──────────────────────────────────────────────────────────────────────────────────────────

const needs: Record<ColumnType, string> = {
  text: 'needs a text',
  integer: 'needs a whole number such as 42',
  real: 'needs a number such as 1.5',
  decimal: 'needs a number, best as text',
  boolean: 'needs true or false',
  date: 'needs a day of the calendar such as "2026-01-31"',
  time: 'needs a time of day without a zone',
  datetime: 'needs a date and a time without a zone',
  timestamp: 'needs a date, a time and a zone',
  json: 'cannot ask for a value; its tests are: null',
  binary: 'needs bytes in base64',
}

const unfit: Record<ColumnType, unknown[]> = {
  text: [true, false, 'a\0b', '\ud800', 'x'.repeat(10_001)],
  integer: ['', 'abc', 1.5, '1.5', '1e3', '0x10', ' 1', '1 ', true, '--1', '٣', '1_000', 'NaN', 'Infinity'],
  real: ['', 'abc', '1,5', '0x10', true, 'NaN', 'Infinity', '-Infinity', '1.', '.5', '1e9999', '1 OR 1=1'],
  decimal: ['', 'abc', '1,50', true, 'NaN', '1e5', '.5', '5.', '$5', "1'; DROP TABLE types"],
  boolean: ['true', 'false', 0, 1, 'yes', ''],
  date: ['', '2026-02-30', '2026-1-1', '31.01.2026', '2026-01-31T00:00:00Z', 'today', 20_260_131, true, "2026-01-31'"],
  time: ['', '9:30', '24:00', '09:30Z', '09:30+01:00', 930, true, '2026-01-31T09:30:00', 'noon'],
  datetime: ['', '2026-02-30T00:00:00', '2026-01-31T25:00:00', 'now', 1_769_851_800, true, '2026-01-31T09'],
  timestamp: ['', '2026-02-30T00:00:00Z', '2026-01-31T09:30:00+25:00', 'now', 1_769_851_800, true, '09:30Z'],
  json: ['{}', 1, true],
  binary: ['?', 'abc', 'ab=c', 1, true, 'YWJj\n'],
}

const special: [type: ColumnType, value: unknown, told: string][] = [
  ['integer', 2 ** 53, 'needs its digits as text, since JSON numbers are exact only up to 2^53'],
  ['integer', '9223372036854775808', 'needs a whole number from -9223372036854775808 to 9223372036854775807'],
  ['integer', '-9223372036854775809', 'needs a whole number from -9223372036854775808 to 9223372036854775807'],
  ['text', 2 ** 60, 'needs its digits as text'],
  ['text', 'x'.repeat(10_001), 'needs a text of at most 10,000 characters'],
  ['decimal', 0.1234567890123456, 'needs its digits as text, since JSON numbers are exact only up to 15 digits'],
  ['decimal', 1e21, 'needs its digits as text'],
  [
    'timestamp',
    '2026-01-31',
    'needs a time and a zone as well, such as "2026-01-31T00:00:00Z" or "2026-01-31T00:00:00+01:00"',
  ],
  ['timestamp', '2026-01-31T09:30:00', 'needs a zone as well, such as "2026-01-31T09:30:00Z"'],
  ['timestamp', '2026-01-31 09:30', 'needs a zone as well, such as "2026-01-31T09:30:00Z"'],
  ['datetime', '2026-01-31', 'needs a time as well, such as "2026-01-31T00:00:00"'],
  ['datetime', '2026-01-31T09:30:00Z', 'needs a time without a zone, such as "2026-01-31T09:30"'],
  ['datetime', '2026-01-31T09:30:00+01:00', 'needs a time without a zone, such as "2026-01-31T09:30"'],
]

interface Malformed {
  wanted: unknown
  names: string
  told: string
}

/** Each value plainly, behind a comparison and in a list. */
function withValue(type: ColumnType, value: unknown, told: string): Malformed[] {
  const tests = operatorsOf[type]
  const comparison = tests.includes('gte') ? 'gte' : tests.includes('ne') ? 'ne' : null
  return [
    { wanted: { filters: { [type]: value } }, names: `"${type}" (${type})`, told },
    ...(comparison
      ? [
          {
            wanted: { filters: { [type]: { [comparison]: value } } },
            names: `"${type}" (${type}): ${comparison}`,
            told,
          },
        ]
      : []),
    ...(tests.includes('in')
      ? [{ wanted: { filters: { [type]: { in: [value] } } }, names: `"${type}" (${type}): in`, told }]
      : []),
  ]
}

const values = ColumnType.options.flatMap((type) => unfit[type].flatMap((value) => withValue(type, value, needs[type])))
const specials = special.flatMap(([type, value, told]) => withValue(type, value, told))

/** Every test that a type does not have, and words that are none. */
const operators: Malformed[] = ColumnType.options.flatMap((type) =>
  [...operatorsOf.text, 'like', 'regex', '$gt', 'EQ', 'constructor', 'toString', '=', '1=1 OR']
    .filter((word) => !(operatorsOf[type] as string[]).includes(word))
    .map((word) => ({
      wanted: { filters: { [type]: { [word]: 'x' } } },
      names: `"${type}" (${type})`,
      told: `has no test "${word}"; its tests are: ${operatorsOf[type].join(', ')}.`,
    })),
)

const shapes: Malformed[] = [
  ...ColumnType.options.flatMap((type): Malformed[] => [
    { wanted: { filters: { [type]: {} } }, names: `"${type}" (${type})`, told: 'holds no test; its tests are' },
    { wanted: { filters: { [type]: [] } }, names: `"${type}" (${type})`, told: 'is a list: write {"in": [ … ]}' },
    {
      wanted: { filters: { [type]: { null: 'yes' } } },
      names: `"${type}" (${type}): null`,
      told: 'needs true or false',
    },
  ]),
  ...(['text', 'integer', 'date'] as const).flatMap((type): Malformed[] => [
    {
      wanted: { filters: { [type]: { eq: null } } },
      names: `"${type}" (${type}): eq`,
      told: '(where it is null: {"null": true})',
    },
    { wanted: { filters: { [type]: { eq: {} } } }, names: `"${type}" (${type}): eq`, told: needs[type] },
    {
      wanted: { filters: { [type]: { in: [] } } },
      names: `"${type}" (${type}): in`,
      told: 'needs a list of 1 to 1,000 values',
    },
    {
      wanted: { filters: { [type]: { in: 'x' } } },
      names: `"${type}" (${type}): in`,
      told: 'needs a list of 1 to 1,000 values',
    },
    { wanted: { filters: { [type]: { in: [null] } } }, names: `"${type}" (${type}): in`, told: needs[type] },
    { wanted: { filters: { [type]: { not_in: [[]] } } }, names: `"${type}" (${type}): not_in`, told: needs[type] },
    {
      wanted: { filters: { [type]: { in: Array.from({ length: 1001 }, () => 1) } } },
      names: `"${type}" (${type}): in`,
      told: 'needs a list of 1 to 1,000 values',
    },
  ]),
  {
    wanted: { filters: { text: { prefix: '' } } },
    names: '"text" (text): prefix',
    told: 'needs a text that is not empty',
  },
  {
    wanted: { filters: { text: { contains: 5 } } },
    names: '"text" (text): contains',
    told: 'needs a text that is not empty',
  },
]

const EXIST = 'its columns are: id, text, integer'

/** Names that are none of a column, wherever names can stand. */
const NAMES = [
  'no_such',
  'ID',
  ' id',
  'id"; DROP TABLE types; --',
  "id' OR '1'='1",
  'id, secret',
  '"id"',
  'types.id',
  '*',
  '1',
  'secret',
  '_rowid_',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
]
const names: Malformed[] = NAMES.flatMap((name): Malformed[] => [
  { wanted: { filters: { [name]: 1 } }, names: JSON.stringify(name), told: EXIST },
  { wanted: { columns: [name] }, names: JSON.stringify(name), told: EXIST },
  { wanted: { order_by: [{ column: name, direction: 'asc' }] }, names: JSON.stringify(name), told: EXIST },
])

const others: Malformed[] = [
  { wanted: { filters: { note: 'x' } }, names: '"note"', told: 'those that filters may name are: id, text' },
  { wanted: { filters: { note: null } }, names: '"note"', told: 'those that filters may name are: id, text' },
  { wanted: { columns: ['id', 'text', 'id'] }, names: '"id"', told: 'columns names "id" more than once' },
  {
    wanted: { order_by: [{ column: 'id' }, { column: 'id', direction: 'desc' }] },
    names: '"id"',
    told: 'order_by names "id" more than once',
  },
  { wanted: { order_by: [{ column: 'json' }] }, names: '"json"', told: 'it holds JSON, which has no order' },
  { wanted: { parameters: { x: 1 } }, names: '"x"', told: 'it has none' },
  {
    wanted: { filters: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`c${at}`, 1])) },
    names: '101',
    told: 'at most 100 columns',
  },
  {
    wanted: {
      filters: Object.fromEntries(
        ['id', 'text', 'integer', 'real', 'decimal', 'date'].map((name) => [
          name,
          {
            in: Array.from({ length: 1000 }, () => (name === 'date' ? '2026-01-31' : 1)),
            not_in: Array.from({ length: 1000 }, () => (name === 'date' ? '2026-01-31' : 1)),
          },
        ]),
      ),
    },
    names: '12000',
    told: 'at most 10,000 values in all',
  },
]

const malformed = [...values, ...specials, ...operators, ...shapes, ...names, ...others]

test(`${malformed.length} malformed selections are refused by name with what is allowed, and none reaches the source`, async () => {
  expect(malformed.length).toBeGreaterThan(400)
  const dataset = types()
  for (const { wanted, names, told } of malformed) {
    const said = await mistakesOf(dataset, wanted)
    expect(said).toContain(names)
    expect(said).toContain(told)
    expect(said).toMatch(/[.!]$/)
    expect(said.length).toBeLessThan(1000)
  }
  expect(reads).toBe(0)
})

const parameters: [given: unknown, told: string][] = [
  [{}, 'Parameter "least" (integer) has to be given: it needs a whole number such as 42.'],
  [{ least: null }, 'Parameter "least" (integer) needs a whole number such as 42, not null.'],
  [{ least: 'x' }, 'Parameter "least" (integer) needs a whole number such as 42, not "x".'],
  [{ least: '1 OR 1=1' }, 'needs a whole number such as 42, not "1 OR 1=1".'],
  [{ least: [1] }, 'needs a whole number such as 42, not [1].'],
  [{ least: { eq: 1 } }, 'needs a whole number such as 42, not {"eq":1}.'],
  [{ least: 1, not: null }, 'Parameter "not" (text) needs a text such as "tea", not null.'],
  [{ least: 1, not: true }, 'Parameter "not" (text) needs a text such as "tea", not true.'],
  [{ least: 1, since: '2026-01-31' }, 'Parameter "since" (timestamp) needs a time and a zone as well'],
  [{ least: 1, most: 2 }, 'has no parameter "most"; its parameters are: least, not, since.'],
  [{ least: 1, constructor: 2 }, 'has no parameter "constructor"'],
  [{ least: 1, ':not': 2 }, 'has no parameter ":not"'],
]
for (const [given, told] of parameters) {
  test(`parameters ${JSON.stringify(given)} are refused`, async () => {
    expect(await mistakesOf(withParameters(), { parameters: given })).toContain(told)
    expect(reads).toBe(0)
  })
}

test('all mistakes of a request are told in one answer', async () => {
  const said = await mistakesOf(types(), {
    filters: { no_such: 1, integer: 'x', date: { gte: 'y', like: 'z' } },
    columns: ['nothing'],
    order_by: [{ column: 'nowhere' }],
    parameters: { none: 1 },
  })
  for (const name of ['"no_such"', '"x"', '"y"', '"like"', '"nothing"', '"nowhere"', '"none"'])
    expect(said).toContain(name)
})

test('a name of the prototype is a name like any other, and never one that is there by itself', async () => {
  const dataset = types()
  expect(await mistakesOf(dataset, parse('{"filters":{"__proto__x":1}}'))).toContain('"__proto__x"')
  // There is a column of this name.
  const { tests } = await dataset.select(parse('{"filters":{"__proto__":"x"}}'))
  expect(tests).toMatchObject([{ column: { name: '__proto__' }, operator: 'eq', values: ['x'] }])
  expect((await dataset.select({ filters: {} })).tests).toEqual([])
  expect((await dataset.select({ parameters: {} })).parameters).toEqual({})
})

// ── values that fit ─────────────────────────────────────────────────────────────────────────────────────────────────

const fit: [type: ColumnType, given: unknown, value: unknown][] = [
  ['text', 'tea', 'tea'],
  ['text', '', ''],
  ['text', 11, '11'],
  ['text', -1.5, '-1.5'],
  ['integer', 42, 42],
  ['integer', '42', 42],
  ['integer', '+7', 7],
  ['integer', '9007199254740993', 9_007_199_254_740_993n],
  ['integer', '-9223372036854775808', -9_223_372_036_854_775_808n],
  ['real', 1.5, 1.5],
  ['real', '1.5e3', 1500],
  ['real', 1e300, 1e300],
  ['decimal', '12345678901234567890.10', '12345678901234567890.10'],
  ['decimal', 19.9, '19.9'],
  ['decimal', '+1.0', '1.0'],
  ['boolean', true, true],
  ['date', '2024-02-29', '2024-02-29'],
  ['time', '09:30', '09:30:00'],
  ['datetime', '2026-01-31 09:30', '2026-01-31T09:30:00'],
  ['datetime', '2026-01-31T09:30:00.120', '2026-01-31T09:30:00.12'],
  ['timestamp', '2026-01-31T09:30:00+01:00', '2026-01-31T08:30:00Z'],
  ['timestamp', '2026-01-31T09:30:00.123456Z', '2026-01-31T09:30:00.123456Z'],
  ['binary', '3q2+7w==', new Uint8Array([0xde, 0xad, 0xbe, 0xef])],
  ['binary', '', new Uint8Array([])],
]
for (const [type, given, value] of fit) {
  test(`${JSON.stringify(given)} fits a column of type ${type}`, async () => {
    const { tests } = await types().select({ filters: { [type]: given } })
    expect(tests).toEqual([{ column: expect.objectContaining({ name: type }), operator: 'eq', values: [value] }])
  })
}

test('a source that holds values of any type also takes numbers for booleans, times and texts, as numbers', async () => {
  const filters = { text: 11, integer: true, boolean: 1, timestamp: 1_769_851_800, datetime: 0 }
  const { tests } = await types({}, true).select({ filters })
  expect(Object.fromEntries(tests.map(({ column, values }) => [column.name, values[0]]))).toEqual(filters)
  expect(await mistakesOf(types({}, true), { filters: { boolean: 2, date: true } })).toContain('needs true or false')
})

test('every test becomes one, null in all its forms', async () => {
  const filters = {
    text: { prefix: 'a', contains: 'b', not_in: ['c', 'd'], null: false },
    integer: null,
    json: null,
    binary: { null: true },
    date: { gte: '2026-01-01', lt: '2026-02-01' },
  }
  const { tests } = await types().select({ filters })
  expect(tests.map(({ column, operator, values }) => [column.name, operator, values])).toEqual([
    ['text', 'prefix', ['a']],
    ['text', 'contains', ['b']],
    ['text', 'not_in', ['c', 'd']],
    ['text', 'not_null', []],
    ['integer', 'is_null', []],
    ['json', 'is_null', []],
    ['binary', 'is_null', []],
    ['date', 'gte', ['2026-01-01']],
    ['date', 'lt', ['2026-02-01']],
  ])
})

test('parameters are of their type, with the default where none is given', async () => {
  const { parameters } = await withParameters().select({ parameters: { least: '5' } })
  expect(parameters).toEqual({ least: 5, not: 'n1', since: null })
})

// ── order, limit, columns ───────────────────────────────────────────────────────────────────────────────────────────

async function read(dataset: Dataset, wanted: ExportSelection) {
  const rows = await dataset.open(await dataset.select(wanted), null)
  try {
    return { rows: (await Array.fromAsync(rows.batches())).flat(), total: rows.total, notes: rows.notes() }
  } finally {
    await rows.close()
  }
}

test('rows that are equal in the order come in that of the key', async () => {
  const order = (await types().select({ order_by: [{ column: 'text', direction: 'desc' }] })).order
  expect(order).toEqual([
    { column: 'text', descending: true },
    { column: '_rowid_', descending: true },
  ])
  const byKey = types({ key: ['id'], order: [{ column: 'text', descending: false }] })
  expect((await byKey.select({})).order.map(({ column }) => column)).toEqual(['text', 'id'])
  expect((await byKey.select({ order_by: [{ column: 'id', direction: 'asc' }] })).order).toHaveLength(1)
})

test('an export in the order of its key can be continued, one in another order cannot', async () => {
  expect((await types().select({})).key).toEqual(['_rowid_'])
  expect((await types().select({ order_by: [{ column: 'id', direction: 'asc' }] })).key).toBeNull()
  expect((await types({ order: [{ column: 'id', descending: false }] }).select({})).key).toBeNull()
})

const limits: [rowLimit: number | null, limit: number | undefined, rows: number, isCut: boolean][] = [
  [null, undefined, 20, false],
  [null, 5, 5, false],
  [5, undefined, 5, true],
  [5, 3, 3, false],
  [5, 5, 5, false],
  [5, 6, 5, true],
  [20, undefined, 20, false],
  [19, 1000, 19, true],
  [21, undefined, 20, false],
]
for (const [rowLimit, limit, count, isCut] of limits) {
  test(`of 20 rows a limit of ${rowLimit} gives ${count} to who asks for ${limit}, ${isCut ? 'and says that there are more' : 'and says nothing'}`, async () => {
    const dataset = types({ rowLimit })
    const { rows, total, notes } = await read(dataset, limit === undefined ? {} : { limit })
    expect([rows.length, total]).toEqual([count, count])
    const note = `Dataset "types" gives at most ${rowLimit} rows an export, and there are more: these are the first ${rowLimit}.`
    expect(notes).toEqual(isCut ? [note] : [])
  })
}

test('an export that goes on behind a row is cut at the same row', async () => {
  const dataset = types({ rowLimit: 8 })
  const selection = await dataset.select({ columns: ['id'] })
  for (const done of [3, 8]) {
    const rows = await dataset.open(selection, { key: [done], rows: done })
    const ids = (await Array.fromAsync(rows?.batches() ?? [])).flat().map(([id]) => id)
    await rows?.close()
    expect(ids).toEqual([4, 5, 6, 7, 8].slice(done - 3))
    expect(rows?.total).toBe(8)
    expect(rows?.notes()).toHaveLength(1)
  }
})

test('columns come as they are asked for, and the hidden ones never', async () => {
  const { columns } = await types().select({ columns: ['text', 'id'] })
  expect(columns.map(({ name }) => name)).toEqual(['text', 'id'])
  expect((await types().columns()).map(({ name }) => name)).not.toContain('secret')
  const { rows } = await read(types(), { columns: ['text'], limit: 1, order_by: [{ column: 'id', direction: 'asc' }] })
  expect(rows).toEqual([['n1']])
})

test('a description that does not fit the source closes the dataset, so that a misspelt name hides nothing less', async () => {
  const hidden = (name: string) => types({ columns: [{ name, hidden: true, filterable: true }] })
  await expect(hidden('secrte').columns()).rejects.toMatchObject({
    code: 'dataset_broken',
    message: expect.not.stringContaining('secrte') as string,
    cause: new Error('columns, order or key names "secrte", which is not there'),
  })
  await expect(types({ key: ['uuid'] }).select({})).rejects.toThrow('does not fit its source')
  const source = typedSource(false)
  const likePostgres: Source = {
    ...source,
    async describe(relation) {
      const { columns, key } = await source.describe(relation)
      return { columns: columns.map((column) => ({ ...column, name: column.name.replace('a2', 'a') })), key }
    },
  }
  const twice = types({ source: likePostgres, relation: { query: 'SELECT 1 AS a, 2 AS a2' }, columns: [] })
  await expect(twice.columns()).rejects.toMatchObject({
    cause: new Error('two columns are called "a": give one another name with AS'),
  })
})
