import type { SqliteConnection } from '@queue-ops/server/sqlite-backend'

/** Where the processes of the crash test meet. */
export interface CrashFiles {
  queue: string
  connection: SqliteConnection
  /** A line for each execution that began. */
  executions: string
  /** Prefix of the producers' lists of what was acknowledged. */
  acknowledged: string
  errors: string
}

/** What one producer adds. */
export interface Share {
  name: string
  jobs: number
  everyMs: number
}

export const concurrency = 5

/** Short locks, so that what a killed worker had in hand comes back within seconds; no limit on how often. */
export const crashWorkerSettings = { concurrency, lockDuration: 1000, stalledInterval: 500, maxStalledCount: 1_000_000 }
