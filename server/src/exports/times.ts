const TIME = String.raw`([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?`
const DATE_ONLY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const TIME_ONLY = new RegExp(`^${TIME}$`)
const MOMENT = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2})[Tt ]${TIME}\s?(Z|z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$`)

const DAY_MS = 86_400_000

/** A date and a time of day, and the zone in which they are meant. */
export interface Moment {
  /** `YYYY-MM-DDTHH:MM:SS`, with a fraction of up to nine digits when there is one; in UTC when a zone was given. */
  text: string
  hasZone: boolean
}

/** `YYYY-MM-DD` when that is a day of the calendar from the year 1 on, else null. */
export function readDate(text: string): string | null {
  if (!DATE_ONLY.test(text) || text.startsWith('0000')) return null
  const day = Number(text.slice(8))
  return day <= 28 || day <= daysOf(Number(text.slice(0, 4)), Number(text.slice(5, 7))) ? text : null
}

const daysOf = (year: number, month: number) => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** `HH:MM:SS`, with a fraction when there is one, from a time of day with or without seconds; else null. */
export function readTime(text: string): string | null {
  const [whole, hour, minute, second = '00', fraction] = TIME_ONLY.exec(text) ?? []
  return whole === undefined ? null : `${hour}:${minute}:${second}${tidyFraction(fraction)}`
}

/** A date and a time of day, with `T` or a space between them and with or without a zone; else null. */
export function readMoment(text: string): Moment | null {
  const [whole, date = '', hour, minute, second = '00', fraction, zone] = MOMENT.exec(text) ?? []
  if (whole === undefined || readDate(date) === null) return null
  const wall = `${date}T${hour}:${minute}:${second}`
  if (zone === undefined) return { text: wall + tidyFraction(fraction), hasZone: false }
  const utc = new Date(Date.parse(`${wall}Z`) - zoneMs(zone)).toISOString().slice(0, -'.000Z'.length)
  return /^(?!0000)\d{4}-/.test(utc) ? { text: utc + tidyFraction(fraction), hasZone: true } : null
}

/** The day that is `days` later, in a form that sorts right as text also behind the year 9999. */
export function laterDay(date: string, days: number): string {
  const later = new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS)
  return later.getUTCFullYear() > 9999 ? '9999-99-99' : later.toISOString().slice(0, 10)
}

function zoneMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

const tidyFraction = (digits = '') => (/[1-9]/.test(digits) ? `.${digits.replace(/0+$/, '')}` : '')
