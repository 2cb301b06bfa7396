const time: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
}
const date: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' }

/** `14:02:11 GMT+1`, in the reader's zone unless another is named. */
export function clockTime(instant: string, timeZone?: string): string {
  return format(instant, time, timeZone)
}

/** `23 Nov 2026, 14:02:11 GMT+1`, in the reader's zone unless another is named. */
export function dateAndTime(instant: string, timeZone?: string): string {
  return format(instant, { ...date, ...time }, timeZone)
}

/** `10:42:07 GMT+1`, with the date when that was not today. */
export function sinceWhen(instant: string, now: number, timeZone?: string): string {
  const day = (at: string | number) => new Date(at).toLocaleDateString('en-GB', timeZone ? { timeZone } : {})
  return day(instant) === day(now) ? clockTime(instant, timeZone) : dateAndTime(instant, timeZone)
}

function format(instant: string, options: Intl.DateTimeFormatOptions, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', timeZone ? { ...options, timeZone } : options).format(new Date(instant))
}
