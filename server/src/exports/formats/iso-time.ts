/** A point on the calendar, without a zone: that of a text with one is in UTC. */
export interface Moment {
  /** Days since 1970-01-01, by the Gregorian calendar also before it was invented. */
  days: number
  /** Microseconds since midnight; not whole when the text is more exact. */
  micros: number
  /** Whether the text tells a time of day. */
  hasTime: boolean
}

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

const ZERO = 0x30
const MINUS = 0x2d
const SPACE = 0x20
const T = 0x54

/** The time of an ISO 8601 text, and what stands behind it. */
const TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(.*)$/
const ZONE = /^([+-])(\d\d)(?::?(\d\d))?$/

/**
 * Reads `2024-02-29`, `2024-02-29T12:30`, `2024-02-29 12:30:15.25+02:00` and the like, from the year 1 to 9999. Null when
 * the text is nothing of the kind or no day of the calendar.
 */
export function parseMoment(text: string): Moment | null {
  const days = parseDays(text)
  if (days === null) return null
  if (text.length === 10) return { days, micros: 0, hasTime: false }
  const separator = text.charCodeAt(10)
  const time = separator === T || separator === SPACE ? readTime(text.slice(11)) : null
  const offset = time && zoneOffset(time.rest)
  if (time === null || offset === null) return null
  const micros = time.micros - offset
  const carried = Math.floor(micros / DAY)
  return { days: days + carried, micros: micros - carried * DAY, hasTime: true }
}

/** Microseconds since midnight of `12:30:15.25` without a zone; null for everything else. */
export function parseTimeOfDay(text: string): number | null {
  const time = readTime(text)
  return time?.rest === '' ? time.micros : null
}

function readTime(text: string): { micros: number; rest: string } | null {
  const [, hours, minutes, seconds = 0, fraction = '', rest = ''] = TIME.exec(text) ?? []
  if (hours === undefined) return null
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  const digits = fraction.padEnd(6, '0')
  return { micros: whole * SECOND + Number(`${digits.slice(0, 6)}.${digits.slice(6)}`), rest }
}

/** Microseconds east of UTC, 0 without a zone, null when it is none. */
function zoneOffset(zone: string): number | null {
  if (zone === '' || zone === 'Z') return 0
  const [, sign, hours, minutes = 0] = ZONE.exec(zone) ?? []
  if (sign === undefined) return null
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * SECOND
  return sign === '-' ? -offset : offset
}

function parseDays(text: string): number | null {
  if (text.length < 10 || text.charCodeAt(4) !== MINUS || text.charCodeAt(7) !== MINUS) return null
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month)
  return exists ? daysSince1970(year, month, day) : null
}

/** NaN when they are none; every comparison with it is false. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function daysOfMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Howard Hinnant's days_from_civil: years begin in March there, so that the leap day is their last. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const century = Math.floor(marchYear / 100)
  const leapDays = Math.floor(marchYear / 4) - century + Math.floor(century / 4)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}
