import type { ColumnType } from '../../contract.ts'
import type { Cell } from '../sources/source.ts'
import { readDate, readMoment, readTime } from '../times.ts'

/** Longer texts are no filter but somebody's document. */
const MAX_TEXT = 10_000

/** Digits of a decimal: more than any database keeps by default. */
const MAX_DIGITS = 1000

/** JSON numbers are read as doubles: a decimal of so many digits comes out as it was written (IEEE 754). */
const EXACT_DIGITS = 15

const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n

/** Types of databases, as they are declared, that hold other integers than those of 64 bits and a sign. */
const ranges: [type: RegExp, min: bigint, max: bigint][] = [
  [/^uhugeint$/i, 0n, 2n ** 128n - 1n],
  [/^hugeint$/i, -(2n ** 127n), 2n ** 127n - 1n],
  [/unsigned|^ubigint$|^bit\(\d+\)$/i, 0n, 2n ** 64n - 1n],
]

/** What of a column decides which values fit it. */
export interface ValueKind {
  type: ColumnType
  /** As the source declares it. */
  sourceType?: string
  /** Its source holds values of any type in any column (SQLite). */
  dynamic?: boolean
}

/** Says what is needed instead, to go on behind "needs". */
export class Unfit {
  readonly need: string
  constructor(need: string) {
    this.need = need
  }
}

/** A value as JSON has it, put into what a source binds for a column of this kind (see {@link Cell}). */
export function readValue(kind: ValueKind, given: unknown): Cell | Unfit {
  if (kind.dynamic) {
    const loose = readLoose(kind.type, given)
    if (loose !== undefined) return loose
  }
  const { read, need } = types[kind.type]
  return read(given, kind) ?? new Unfit(need)
}

/** A value of this type, for people who write a filter. */
export const exampleOf = (type: ColumnType): string | number | boolean => types[type].example

/**
 * What a column may hold besides what it is declared for. A boolean is kept as 1 and 0, numbers stand in text columns and
 * times may be counted from 1970 on: such numbers are compared as numbers.
 */
function readLoose(type: ColumnType, given: unknown): Cell | undefined {
  if (typeof given === 'boolean' && (type === 'text' || type === 'integer' || type === 'real')) return given
  if (typeof given !== 'number' || !isExact(given)) return undefined
  if (type === 'boolean') return given === 0 || given === 1 ? given : undefined
  return type === 'text' || temporal.has(type) ? given : undefined
}

const temporal = new Set<ColumnType>(['date', 'time', 'datetime', 'timestamp'])

interface ValueType {
  /** Null when it does not fit and there is no better word than `need`. */
  read(given: unknown, kind: ValueKind): Cell | Unfit
  need: string
  example: string | number | boolean
}

const types: Record<ColumnType, ValueType> = {
  text: { read: readText, need: 'a text such as "tea"', example: 'tea' },
  integer: { read: readInteger, need: 'a whole number such as 42', example: 42 },
  real: { read: readReal, need: 'a number such as 1.5', example: 1.5 },
  decimal: { read: readDecimal, need: 'a number, best as text with all its digits such as "19.90"', example: '19.90' },
  boolean: { read: readBoolean, need: 'true or false', example: true },
  date: { read: readDateValue, need: 'a day of the calendar such as "2026-01-31"', example: '2026-01-31' },
  time: { read: readTimeValue, need: 'a time of day without a zone such as "09:30:00"', example: '09:30:00' },
  datetime: {
    read: readDatetime,
    need: 'a date and a time without a zone such as "2026-01-31T09:30:00"',
    example: '2026-01-31T09:30:00',
  },
  timestamp: {
    read: readTimestamp,
    need: 'a date, a time and a zone such as "2026-01-31T09:30:00Z" or "2026-01-31T10:30:00+01:00"',
    example: '2026-01-31T09:30:00Z',
  },
  json: { read: () => null, need: 'nothing: JSON is not compared', example: '{}' },
  binary: { read: readBinary, need: 'bytes in base64 such as "3q2+7w=="', example: '3q2+7w==' },
}

function readText(given: unknown): Cell | Unfit {
  if (typeof given === 'number' && Number.isFinite(given)) return isExact(given) ? String(given) : INEXACT
  if (typeof given !== 'string') return null
  if (given.length > MAX_TEXT) return new Unfit(`a text of at most ${MAX_TEXT.toLocaleString('en')} characters`)
  if (given.includes('\0') || !given.isWellFormed())
    return new Unfit('a text without NUL characters and broken surrogates')
  return given
}

const isExact = (value: number) => !Number.isInteger(value) || Number.isSafeInteger(value)

/** A JSON reader has rounded it already: it would ask for another row. */
const INEXACT = new Unfit('its digits as text, since JSON numbers are exact only up to 2^53')

function readInteger(given: unknown, { sourceType = '' }: ValueKind): Cell | Unfit {
  if (typeof given === 'number') return Number.isInteger(given) ? (isExact(given) ? given + 0 : INEXACT) : null
  if (typeof given !== 'string' || !/^[+-]?\d{1,39}$/.test(given)) return null
  const value = BigInt(given)
  const [, min, max] = ranges.find(([type]) => type.test(sourceType)) ?? ['', MIN_INTEGER, MAX_INTEGER]
  if (value < min || value > max) return new Unfit(`a whole number from ${min} to ${max}`)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/

function readReal(given: unknown): Cell {
  const value = typeof given === 'string' && given.length <= MAX_DIGITS && NUMBER.test(given) ? Number(given) : given
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function readDecimal(given: unknown): Cell | Unfit {
  if (typeof given === 'number') {
    const text = String(given)
    if (!/^-?\d+(?:\.\d+)?$/.test(text) || text.replace(/\D/g, '').length > EXACT_DIGITS) return INEXACT_DECIMAL
    return text
  }
  if (typeof given !== 'string' || given.length > MAX_DIGITS) return null
  return /^[+-]?\d+(?:\.\d+)?$/.test(given) ? given.replace(/^\+/, '') : null
}

const INEXACT_DECIMAL = new Unfit(`its digits as text, since JSON numbers are exact only up to ${EXACT_DIGITS} digits`)

function readBoolean(given: unknown): Cell {
  return typeof given === 'boolean' ? given : null
}

function readDateValue(given: unknown): Cell {
  return typeof given === 'string' ? readDate(given) : null
}

function readTimeValue(given: unknown): Cell {
  return typeof given === 'string' ? readTime(given) : null
}

function readDatetime(given: unknown): Cell | Unfit {
  if (typeof given !== 'string') return null
  if (readDate(given)) return new Unfit(`a time as well, such as "${given}T00:00:00"`)
  const moment = readMoment(given)
  if (!moment?.hasZone) return moment && moment.text
  return new Unfit(`a time without a zone, such as "${given.slice(0, 10)}T${given.slice(11, 16)}"`)
}

function readTimestamp(given: unknown): Cell | Unfit {
  if (typeof given !== 'string') return null
  if (readDate(given)) {
    return new Unfit(`a time and a zone as well, such as "${given}T00:00:00Z" or "${given}T00:00:00+01:00"`)
  }
  const moment = readMoment(given)
  if (!moment) return null
  return moment.hasZone ? `${moment.text}Z` : new Unfit(`a zone as well, such as "${moment.text}Z"`)
}

function readBinary(given: unknown): Cell {
  if (typeof given !== 'string' || given.length > MAX_TEXT) return null
  if (given.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) return null
  return new Uint8Array(Buffer.from(given, 'base64'))
}
