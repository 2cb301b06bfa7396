/** The clock and the calendar of docs/formats.md: date and time with `T` or a space between, a zone turned into UTC. */
const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** A point on the calendar in UTC. */
export interface Moment {
  /** To the second, since 1970. */
  seconds: number
  /** Digits behind the point. */
  fraction: string
}

/** Null for what is no day of the calendar from year 1 to 9999. */
export function momentOf(text: string): Moment | null {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    MOMENT.exec(text) ?? []
  if (year === undefined || year === '0000') return null
  const midnight = new Date(0)
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return null
  const time = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return { seconds: midnight.getTime() / 1000 + time - eastOfUtc(zone), fraction }
}

function eastOfUtc(zone: string): number {
  const [, sign, hours, minutes = 0] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  const seconds = Number(hours ?? 0) * 3600 + Number(minutes) * 60
  return sign === '-' ? -seconds : seconds
}

/** `2024-02-29T12:34:56`, without zone and fraction. */
export const isoSeconds = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19)
