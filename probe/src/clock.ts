/** Where time comes from, so that a test can be its own clock. */
export interface Clock {
  /** The wall clock: for time stamps only, it may jump. */
  now(): Date
  /** Milliseconds from some fixed moment, never going back: for durations and schedules. */
  elapsed(): number
}

export const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() }
