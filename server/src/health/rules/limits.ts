/** From which value on a check warns and fails. */
export interface Level {
  warn: number
  fail: number
}

/** Limits of one queue. Seconds, jobs and bytes as the names say; the defaults are justified in docs/health.md. */
export interface Limits {
  deadLetters: Level
  /** Jobs that fail for good within five minutes. */
  deadLetterGrowth: Level
  /** Depth alone warns; together with an age over its objective it fails. */
  waiting: number
  oldestWaitingS: Level
  /** Jobs wait, and nothing is taken or finished. */
  stillS: Level
  /** How long a job may be active. */
  activeS: Level
  /** How long an active job may go without a change of its progress; only for jobs that have told progress. */
  unchangedS: Level
  /** How often a job may be taken back from workers that lost it. */
  stalls: Level
  /** Failed of all finished within the window, once there are 20 of them. */
  failureRatio: Level
  delayedOverdueS: Level
  schedulerOverdueS: Level
  /** Estimated time until the backlog is worked off while it grows. */
  drainS: Level
  /** The window over which growth and ratios are seen. */
  windowS: number
  canaryS: Level
  consumers: number
  /** Without any consumer for so long. */
  withoutConsumersS: number
  heartbeatS: number
  eventLoopDelayMs: Level
  clockAheadMs: Level
  storeLatencyMs: Level
  storeMemoryRatio: Level
  freeBytes: Level
}
