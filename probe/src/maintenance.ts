/** A time in which failures are expected: the probe goes on and keeps its results, but tells nobody. */
export type MaintenanceWindow =
  | { kind: 'once'; from: Date; until: Date }
  | {
      kind: 'weekly'
      /** 0 is Sunday. */
      days: number[]
      /** Minutes after midnight in the time zone. */
      startMinute: number
      durationMs: number
      timeZone: string
    }

type WeeklyWindow = Extract<MaintenanceWindow, { kind: 'weekly' }>

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Whether a moment lies in one of the windows; the end of a window is outside of it. */
export function inMaintenance(windows: readonly MaintenanceWindow[], now: Date): boolean {
  return windows.some((window) =>
    window.kind === 'once' ? window.from <= now && now < window.until : hasBegun(window, now.getTime()),
  )
}

/**
 * A window of up to a week began at one of the last days, which are counted by the calendar: one may have 23 or 25 hours.
 * Its length is counted in real time: over a change to summer time "02:00 for 2h" is two hours from when the clock passed 02:00.
 */
function hasBegun({ days, startMinute, durationMs, timeZone }: WeeklyWindow, now: number): boolean {
  const today = Math.floor(wallTime(now, timeZone) / DAY_MS)
  const daysBack = Math.ceil(durationMs / DAY_MS) + 1
  for (let day = today; day >= today - daysBack; day--) {
    if (!days.includes(new Date(day * DAY_MS).getUTCDay())) continue
    const begin = momentOf(day * DAY_MS + startMinute * MINUTE_MS, timeZone)
    if (begin <= now && now < begin + durationMs) return true
  }
  return false
}

/**
 * When the clocks of a zone show a time. One that is there twice, where clocks are put back, is the first of both; one that
 * they pass over is as much later as they were put forward.
 */
function momentOf(wall: number, timeZone: string): number {
  const shifts = [wall - DAY_MS, wall + DAY_MS].map((near) => wallTime(near, timeZone) - near)
  const moments = shifts.map((shift) => wall - shift)
  return moments.find((moment) => wallTime(moment, timeZone) === wall) ?? moments[0] ?? wall
}

/** What the clocks of a zone show, as milliseconds since 1970 had it been in UTC; without seconds. */
function wallTime(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(moment)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
}
