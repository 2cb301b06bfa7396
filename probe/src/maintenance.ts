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

const DAY_MS = 86_400_000
const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Whether a moment lies in one of the windows; the end of a window is outside of it. */
export function inMaintenance(windows: readonly MaintenanceWindow[], now: Date): boolean {
  return windows.some((window) =>
    window.kind === 'once' ? window.from <= now && now < window.until : hasBegun(window, now),
  )
}

/**
 * A window of up to a week began at one of the last days. Its length is counted in real time: over a change to summer time
 * "02:00 for 2h" is two hours from when the clock passed 02:00.
 */
function hasBegun(window: Extract<MaintenanceWindow, { kind: 'weekly' }>, now: Date): boolean {
  const daysBack = Math.ceil(window.durationMs / DAY_MS)
  for (let back = 0; back <= daysBack; back++) {
    const begin = startOn(window, new Date(now.getTime() - back * DAY_MS))
    if (begin !== null && begin <= now.getTime() && now.getTime() < begin + window.durationMs) return true
  }
  return false
}

/** When the window begins on the local day of a moment, null when it does not on that day of the week. */
function startOn(window: Extract<MaintenanceWindow, { kind: 'weekly' }>, moment: Date): number | null {
  const local = localTime(moment, window.timeZone)
  if (!window.days.includes(local.day)) return null
  const guess = moment.getTime() + (window.startMinute - local.minute) * 60_000 - (moment.getTime() % 60_000)
  // Where the clock was changed between that time and the moment, the guess is off by the change.
  const off = window.startMinute - localTime(new Date(guess), window.timeZone).minute
  return guess + (((off + 3 * 720) % 1440) - 720) * 60_000
}

function localTime(moment: Date, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(moment)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? ''
  return { day: dayNames.indexOf(part('weekday')), minute: Number(part('hour')) * 60 + Number(part('minute')) }
}
