/** BullMQ's counts of one kind of end, minute by minute (bullmq 6.7, collectMetrics). */
export interface MinuteCounts {
  meta: {
    /** Jobs that ever ended so. */
    count: number
    /** When the newest point was added, by the clock of a worker; 0 for never. */
    prevTS: number
    /** How many there were then. */
    prevCount: number
  }
  /** Jobs of the minute before `prevTS`, of the one before that, and so on. */
  data: number[]
}

const MINUTE_MS = 60_000
const MINUTES = 5

/** How many jobs a minute ended so in the last five minutes, the present one included; null when nobody counts them. */
export function perMinute({ meta: { count, prevTS, prevCount }, data }: MinuteCounts, now: number): number | null {
  if (prevTS === 0) return null
  const first = Math.floor(now / MINUTE_MS) - (MINUTES - 1)
  const newest = Math.floor(prevTS / MINUTE_MS)
  const sinceThen = newest >= first ? count - prevCount : 0
  const before = data.reduce((sum, jobs, at) => (newest - 1 - at >= first ? sum + jobs : sum), 0)
  const minutes = (now - first * MINUTE_MS) / MINUTE_MS
  return Math.round(((sinceThen + before) / minutes) * 100) / 100
}
