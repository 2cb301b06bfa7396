import type { JobState } from '../contract.ts'
import type { Clients } from './consumers.ts'

/** What BullMQ's workers count of one kind of end: see `perMinute`. */
interface Minutes {
  meta: { count: number; prevTS: number; prevCount: number }
  data: number[]
}

/** What is read of one queue when all are. Times are milliseconds since 1970; null: there is none, or the store does not tell. */
export interface QueueReading {
  counts: Record<JobState, number>
  paused: boolean
  /** Since when the job could be taken that has waited longest of those at the ends of the line: see `QueueFacts.oldestWaiting`. */
  oldestWaitingAt: number | null
  newestDeadLetter: { id: string; at: number } | null
  newestCompletedAt: number | null
  /** Null when no worker counts. */
  minutes: { completed: Minutes; failed: Minutes } | null
  /** Differs when a job was taken or finished in between; null when the store does not tell. */
  movement: string | null
}

/** All queues at one moment. */
export interface FleetReading {
  /** By the store's clock. */
  at: Date
  /** The error says why a queue alone could not be read. */
  queues: ReadonlyMap<string, QueueReading | Error>
  /** Null when who is connected could not be read. */
  clients: Clients | null
}
