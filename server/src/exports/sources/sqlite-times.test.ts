import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ColumnType } from '../../contract.ts'
import { addTimeFunction, timeCondition } from './sqlite-times.ts'
import type { Source, Test } from './source.ts'
import { sqlite } from './sqlite.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  path = join(folder, 'times.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Everything that stands for one of these moments, in every form that applications write. */
const MOMENTS = [
  '1969-12-31T23:59:59Z',
  '2026-01-30T23:30:00Z',
  '2026-01-31T00:00:00Z',
  '2026-01-31T09:30:00Z',
  '2026-02-01T00:30:00Z',
]

function forms(moment: string): (string | number | bigint)[] {
  const ms = Date.parse(moment)
  const wall = moment.slice(0, -1)
  const elsewhere = (hours: number, zone: string) =>
    new Date(ms + hours * 3_600_000).toISOString().slice(0, 19).replace('T', ' ') + zone
  return [
    wall,
    wall.replace('T', ' '),
    `${wall}.000`,
    `${wall.replace('T', ' ')}.000000`,
    moment,
    `${wall}+00:00`,
    elsewhere(14, '+14:00'),
    elsewhere(-12, '-12:00'),
    elsewhere(2, '+0200'),
    ms / 1000,
    BigInt(ms / 1000),
    // Milliseconds only since 1973: smaller numbers are seconds.
    ...(ms > 1e11 ? [ms, BigInt(ms)] : []),
  ]
}

const NO_TIMES = [
  '',
  'soon',
  '2026-02-30',
  '2026-01-31T25:00:00',
  9e18,
  1e300,
  Infinity,
  -Infinity,
  new Uint8Array([1]),
  null,
]

function fill(declared: string) {
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE times (id INTEGER PRIMARY KEY, moment TEXT, at ${declared})`)
  db.exec('BEGIN')
  const insert = db.prepare('INSERT INTO times (moment, at) VALUES (?, ?)')
  for (const moment of MOMENTS) for (const form of forms(moment)) insert.run(moment, form)
  for (const none of NO_TIMES) insert.run(null, none)
  db.exec('COMMIT; CREATE INDEX times_at ON times (at)')
  db.close()
}

const momentsOf = (type: ColumnType, operator: Test['operator'], values: Test['values']) =>
  momentsWhere([{ column: { name: 'at', type }, operator, values }])

async function momentsWhere(tests: Test[]) {
  const source: Source = sqlite.open(`sqlite:${path}`, '/', 'times')
  const rows = await source.read({
    relation: { table: 'times' },
    columns: [{ name: 'moment', type: 'text' }],
    tests,
    order: [],
    from: null,
    limit: null,
    timeoutMs: 1000,
  })
  try {
    const moments = (await Array.fromAsync(rows.batches())).flat().map(([moment]) => moment as string | null)
    return moments.toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))
  } finally {
    await rows.close()
  }
}

type Holds = (moment: string, values: string[]) => boolean
const first = (values: string[]) => values[0] ?? ''
const holds: Partial<Record<Test['operator'], Holds>> = {
  eq: (moment, values) => moment === first(values),
  gt: (moment, values) => moment > first(values),
  gte: (moment, values) => moment >= first(values),
  lt: (moment, values) => moment < first(values),
  lte: (moment, values) => moment <= first(values),
  in: (moment, values) => values.includes(moment),
}
const negated: Partial<Record<Test['operator'], Test['operator']>> = { ne: 'eq', not_in: 'in' }

const byDay = (moment: string) => moment.slice(0, 10)

for (const declared of ['DATETIME', 'TIMESTAMP', 'TEXT', '']) {
  test(`moments in a column declared "${declared}" compare right in whatever form they are kept`, async () => {
    fill(declared)
    // In a TEXT column a number is kept as the text of its digits, which is no time.
    const isTime = (form: unknown) => declared !== 'TEXT' || typeof form === 'string'
    const rows = MOMENTS.flatMap((moment) =>
      forms(moment)
        .filter(isTime)
        .map(() => moment),
    )
    for (const [operator, hold] of Object.entries(holds)) {
      for (const values of MOMENTS.map((moment) => [moment]).concat(operator === 'in' ? [MOMENTS.slice(1, 3)] : [])) {
        const expected = rows.filter((moment) => hold(moment, values))
        expect(await momentsOf('timestamp', operator as Test['operator'], values)).toEqual(expected)
        const unzoned = values.map((value) => value.slice(0, -1))
        expect(await momentsOf('datetime', operator as Test['operator'], unzoned)).toEqual(expected)
        const days = rows.filter((moment) => hold(byDay(moment), values.map(byDay)))
        expect(await momentsOf('date', operator as Test['operator'], values.map(byDay))).toEqual(days)
      }
    }
  })
}

test('what is no time is not equal to any, and NULL is neither equal nor unequal', async () => {
  fill('DATETIME')
  for (const [operator, opposite] of Object.entries(negated)) {
    const values = MOMENTS.slice(0, operator === 'ne' ? 1 : 2)
    const all = MOMENTS.flatMap((moment) => forms(moment).map(() => moment))
    const equal = await momentsOf('timestamp', opposite, values)
    const unequal = await momentsOf('timestamp', operator as Test['operator'], values)
    expect(unequal.filter((moment) => moment !== null)).toEqual(all.filter((moment) => !equal.includes(moment)))
    expect(unequal.filter((moment) => moment === null)).toHaveLength(NO_TIMES.length - 1)
  }
})

test('fractions of a second count to the last digit', async () => {
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE times (moment TEXT, at DATETIME); INSERT INTO times VALUES
    ('a', '2026-01-31 09:30:00.123456'), ('b', '2026-01-31T09:30:00.1234567Z'), ('c', '2026-01-31 09:30:00.1234560')`)
  db.close()
  expect(await momentsOf('datetime', 'eq', ['2026-01-31T09:30:00.123456'])).toEqual(['a', 'c'])
  expect(await momentsOf('datetime', 'gt', ['2026-01-31T09:30:00.123456'])).toEqual(['b'])
})

test('times of day compare with and without seconds', async () => {
  const db = new DatabaseSync(path)
  db.exec(`CREATE TABLE times (moment TEXT, at TIME); INSERT INTO times VALUES
    ('a', '09:30'), ('b', '09:30:00.000'), ('c', '09:30:01'), ('d', '9:30'), ('e', NULL)`)
  db.close()
  expect(await momentsOf('time', 'eq', ['09:30:00'])).toEqual(['a', 'b'])
  expect(await momentsOf('time', 'gt', ['09:30:00'])).toEqual(['c'])
  expect(await momentsOf('time', 'ne', ['09:30:00'])).toEqual(['c', 'd'])
})

test('numbers in a filter are compared as the numbers that are kept', async () => {
  fill('DATETIME')
  const at = Date.parse('2026-01-31T09:30:00Z') / 1000
  expect(new Set(await momentsOf('datetime', 'eq', [at]))).toEqual(new Set(['2026-01-31T09:30:00Z']))
})

const column = { name: 'at', type: 'timestamp' as const }
const operators = ['eq', 'in', 'gt', 'gte', 'lt', 'lte'] as const

function planOf(tests: Test[]): string {
  const db = new DatabaseSync(path)
  addTimeFunction(db)
  const values: unknown[] = []
  const conditions = tests.map((test) =>
    timeCondition('at', test, tests, (value) => {
      values.push(value)
      return '?'
    }),
  )
  const sql = `EXPLAIN QUERY PLAN SELECT id FROM times WHERE ${conditions.join(' AND ')}`
  const plan = db.prepare(sql).all(...(values as string[]))
  db.close()
  return plan.map((row) => String(row['detail'])).join('\n')
}

test('an index on the column narrows down what is looked at', () => {
  fill('DATETIME')
  for (const operator of operators) {
    const plan = planOf([{ column, operator, values: ['2026-01-31T09:30:00Z'] }])
    expect(plan).toContain('MULTI-INDEX OR')
    expect(plan).not.toMatch(/^SCAN/m)
  }
})

test('both ends of a range narrow it down, and nothing of it is lost', async () => {
  fill('DATETIME')
  const [from = '', to = ''] = [MOMENTS[1], MOMENTS[3]]
  const tests: Test[] = [
    { column, operator: 'gte', values: [from] },
    { column, operator: 'lt', values: [to] },
    { column, operator: 'ne', values: ['2026-01-31T00:00:00Z'] },
  ]
  expect(planOf(tests).match(/\(at>\? AND at<\?\)/g)?.length).toBeGreaterThanOrEqual(3)
  const expected = MOMENTS.slice(1, 2).flatMap((moment) => forms(moment).map(() => moment))
  expect(await momentsWhere(tests)).toEqual(expected)
})
