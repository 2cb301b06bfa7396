import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { laterDay, readDate, readMoment, readTime } from '../times.ts'
import type { Cell, Test } from './source.ts'

/** Numbers are seconds since 1970 up to here (the year 5138), milliseconds from here on (since March 1973). */
const FIRST_MILLISECONDS = 100_000_000_000

/** Dates have four digits of a year: seconds of the years 1 to 9999. */
const FIRST_SECOND = -62_135_596_800
const LAST_SECOND = 253_402_300_799

const FUNCTION = 'queue_ops_time'

const DATE_LENGTH = 'YYYY-MM-DD'.length

/** Nanoseconds are the finest that texts are read with. */
const NO_FRACTION = '.000000000'

type TimeKind = 'date' | 'time' | 'moment'

/**
 * SQLite has no type for times: applications keep texts with `T` or a space, with and without fraction and zone, or numbers
 * since 1970, also beside each other. This function gives each of them the one form in which they compare as text, in UTC
 * as SQLite's own functions do, and NULL for what is no time.
 */
export function addTimeFunction(db: DatabaseSync): void {
  db.function(FUNCTION, { deterministic: true, useBigIntArguments: true }, (value, kind) =>
    comparable(value as Cell, kind as TimeKind),
  )
}

/**
 * A test of a column of times: by {@link addTimeFunction}'s function, behind a condition on the column itself that holds
 * for all rows that can match, whatever form they are in, so that an index narrows down what is looked at. Null for other
 * tests.
 */
export function timeCondition(
  identifier: string,
  test: Test,
  tests: Test[],
  bound: (value: Cell) => string,
): string | null {
  const kind = kinds[test.column.type]
  // Numbers stand for themselves: who counts from 1970 on may also ask so.
  if (!kind || !test.values.every((value) => typeof value === 'string')) return null
  const values = test.values.map((value) => comparable(value, kind))
  const narrow = () => (kind === 'time' ? '' : `${narrowed(identifier, rangeOf(test, tests), bound)} AND `)
  const time = `${FUNCTION}(${identifier}, '${kind}')`
  const list = () => values.map(bound).join(', ')
  // What is no time is not equal to any.
  if (test.operator === 'ne') return `(${identifier} IS NOT NULL AND ${time} IS NOT ${list()})`
  if (test.operator === 'not_in') return `(${identifier} IS NOT NULL AND coalesce(${time}, '') NOT IN (${list()}))`
  if (test.operator === 'in') return `(${narrow()}${time} IN (${list()}))`
  const comparison = comparisons[test.operator]
  return comparison ? `(${narrow()}${time} ${comparison} ${list()})` : null
}

const kinds: Partial<Record<Test['column']['type'], TimeKind>> = {
  date: 'date',
  time: 'time',
  datetime: 'moment',
  timestamp: 'moment',
}

const comparisons: Partial<Record<Test['operator'], string>> = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' }

/** Days between which a test holds, with a day of margin, since a text may be of another zone. */
interface Range {
  from: string | null
  to: string | null
}

/** The other end of an open range mostly stands in another test: an index needs both. */
function rangeOf(test: Test, tests: Test[]): Range {
  const [own, ...others] = [test, ...tests.filter(({ column }) => column.name === test.column.name)].map(ownRange)
  const end = (side: keyof Range) => own?.[side] ?? others.find((range) => range[side])?.[side] ?? null
  return { from: end('from'), to: end('to') }
}

function ownRange({ operator, values }: Test): Range {
  const days = values.map((value) => String(value).slice(0, 10)).toSorted()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined || !days.every((day) => readDate(day))) return { from: null, to: null }
  const from = ['gt', 'gte', 'eq', 'in'].includes(operator) ? laterDay(first, -1) : null
  const to = ['lt', 'lte', 'eq', 'in'].includes(operator) ? laterDay(last, 2) : null
  return { from, to }
}

/** In SQLite every number is below every text. */
function narrowed(column: string, { from, to }: Range, bound: (value: Cell) => string): string {
  const between = (low: Cell, high: Cell) => `(${column} >= ${bound(low)} AND ${column} < ${bound(high)})`
  const [first, last] = [from === null ? null : seconds(from), to === null ? null : seconds(to)]
  if (first !== null && last !== null)
    return `(${between(from, to)} OR ${between(first, last)} OR ${between(first * 1000, last * 1000)})`
  if (first !== null) return `(${column} >= ${bound(from)} OR ${between(Math.min(first, first * 1000), '')})`
  if (last !== null) return `(${between('', to)} OR ${column} < ${bound(Math.max(last, last * 1000))})`
  return '1'
}

const seconds = (day: string): number => {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(ms) ? LAST_SECOND + 1 : ms / 1000
}

function comparable(value: Cell | SQLOutputValue, kind: TimeKind): string | null {
  if (typeof value === 'string') return ofText(value, kind)
  if (kind === 'time' || (typeof value !== 'number' && typeof value !== 'bigint')) return null
  const moment = ofNumber(value)
  return kind === 'date' ? (moment?.slice(0, 10) ?? null) : moment
}

function ofText(text: string, kind: TimeKind): string | null {
  if (kind === 'time') return padded(readTime(text))
  const date = text.length === DATE_LENGTH ? readDate(text) : null
  if (date) return kind === 'date' ? date : padded(`${date}T00:00:00`)
  const moment = readMoment(text)?.text ?? null
  return kind === 'date' ? (moment?.slice(0, 10) ?? null) : padded(moment)
}

function ofNumber(value: number | bigint): string | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  const isMs = Math.abs(Number(value)) >= FIRST_MILLISECONDS
  const whole = typeof value === 'bigint' ? value : BigInt(Math.round(value * (isMs ? 1 : 1000)))
  const ms = Number(typeof value === 'bigint' && !isMs ? whole * 1000n : whole)
  if (ms < FIRST_SECOND * 1000 || ms >= (LAST_SECOND + 1) * 1000) return null
  return padded(new Date(ms).toISOString().slice(0, -1))
}

/** Fractions of the same length sort right as text. */
function padded(time: string | null): string | null {
  if (time === null) return null
  const point = time.indexOf('.')
  return point < 0 ? time + NO_FRACTION : time.padEnd(point + NO_FRACTION.length, '0')
}
