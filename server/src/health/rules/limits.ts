/** From which value on a check warns and fails. */
export interface Level {
  warn: number
  fail: number
}

/** Limits of one queue. Seconds, jobs and bytes as the names say; docs/health.md tells why the defaults are what they are. */
export interface Limits {
  deadLetters: Level
  /** Jobs that fail for good within five minutes. */
  deadLetterGrowth: Level
  /** Depth alone warns; together with an age over its objective it fails. */
  waiting: number
  oldestWaitingS: Level
  /** Jobs wait, and nothing is taken or finished. */
  stillS: Level
  /** Jobs are tried again and again, and none is completed. */
  failingS: Level
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
  /** So many are expected; fewer warn, none fails. */
  consumers: number
  /** Without any consumer for so long. */
  withoutConsumersS: Level
  /** A worker that has said nothing for so long is taken for dead or frozen. */
  heartbeatS: number
  eventLoopDelayMs: Level
  /** How far a worker's clock may be from the store's, ahead or behind. */
  clockAheadMs: Level
  storeLatencyMs: Level
  storeMemoryRatio: Level
  /** Of the disk on which exports are made: the less, the worse. */
  freeBytes: Level
}

const MB = 1024 * 1024
const HOUR_S = 3600

/** What holds for a queue of which nothing else is known. Sources: docs/health.md. */
export const defaultLimits: Limits = {
  deadLetters: { warn: 1, fail: 50 },
  deadLetterGrowth: { warn: 3, fail: 10 },
  waiting: 1000,
  oldestWaitingS: { warn: 30, fail: 120 },
  stillS: { warn: 15, fail: 30 },
  failingS: { warn: 60, fail: 300 },
  activeS: { warn: HOUR_S, fail: 2 * HOUR_S },
  unchangedS: { warn: 300, fail: 600 },
  stalls: { warn: 1, fail: 3 },
  failureRatio: { warn: 0.1, fail: 0.5 },
  delayedOverdueS: { warn: 15, fail: 60 },
  schedulerOverdueS: { warn: 15, fail: 60 },
  drainS: { warn: 300, fail: 900 },
  windowS: 300,
  canaryS: { warn: 5, fail: 15 },
  consumers: 1,
  withoutConsumersS: { warn: 2, fail: 5 },
  heartbeatS: 6,
  eventLoopDelayMs: { warn: 1000, fail: 5000 },
  clockAheadMs: { warn: 2000, fail: 10_000 },
  storeLatencyMs: { warn: 50, fail: 500 },
  storeMemoryRatio: { warn: 0.8, fail: 0.9 },
  freeBytes: { warn: 500 * MB, fail: 50 * MB },
}

/** Limits of a SQLite file and its disk, which nobody has asked to change so far. */
export const fileLimits = {
  /** A reader that never ends keeps the log from being folded into the file; normal are some 30 megabytes. */
  logWarn: 256 * MB,
  /** Below this little work can still be taken in, and the log needs room too. */
  free: { warn: 500 * MB, fail: 50 * MB },
}
