import type { CheckStatus, Consumer, JobState } from '../../contract.ts'
import type { QueueFacts, StoreFacts } from '../../queue/queue-facts.ts'

/**
 * What was seen of one queue and its store at one moment. Null means that the value could not be read; `unsupported` that
 * this store, or a queue of another application, can never tell.
 */
export interface Seen {
  queue: string
  /** `exports`: consumed by our own workers. `watched`: of another application, never written to. */
  kind: 'exports' | 'watched'
  /** By the store's clock when it answered, else by ours. Every age is judged against it. */
  observedAt: Date
  store: { kind: 'sqlite' | 'redis' | 'postgres' } & (
    | { reachable: true; latencyMs: number; file: StoreFile | null; facts: StoreFacts | null }
    /** `problem`: what the store says of itself, null when it says nothing. */
    | { reachable: false; problem: string | null }
  )
  counts: Record<JobState, number> | null
  paused: boolean | null
  consumers: Consumer[] | 'unsupported' | null
  facts: QueueFacts | 'unsupported' | null
  workers: Heartbeat[] | 'unsupported' | null
  canary: CanaryState | 'unsupported' | null
}

/** What is judged: what was seen now, and what the looks before say of it. */
export interface Signals extends Seen {
  trend: Trend
}

/** The file behind a SQLite store. */
export interface StoreFile {
  sqliteVersion: string
  sizeBytes: number
  /** Size of the write-ahead log. */
  logBytes: number
  freeBytes: number
  clients: number
  /** What the last look for damage found, null before the first. */
  integrity: { checkedAt: Date; damage: string[]; repairable: string[] } | null
}

/** What a worker of ours says of itself every two seconds. */
export interface Heartbeat {
  worker: string
  host: string
  pid: number
  version: string
  startedAt: number
  concurrency: number
  jobs: { id: string; since: number }[]
  /** The longest time that its event loop was held since the heartbeat before. */
  eventLoopDelayMs: number
  lastTakenAt: number | null
  lastFinishedAt: number | null
  /**
   * The folders in which it makes files, as one: the least room, null when that cannot be told, and why nothing can be written
   * there, as the end of a sentence that may be shown ("it is read-only").
   */
  folder: { freeBytes: number | null; problem: string | null }
  /** How far its clock is ahead of the store's. */
  clockAheadMs: number
  /** How long ago it was written, by the store's clock. */
  ageMs: number
}

/**
 * The way of the newest canary, by the store's clock. All null: none was sent, or none within the last hour has told of its
 * way, as when CANARY_INTERVAL_MS is 0 or workers of an older version take them. Judge by `pendingSince`.
 */
export interface CanaryState {
  sentAt: number | null
  /** Of the last one that came through, within the last hour. */
  finishedAt: number | null
  roundTripMs: number | null
  /** Since when one is under way, null when none is. */
  pendingSince: number | null
}

/**
 * What only several looks can tell. Built by `trend.ts` from the looks before; durations end at `observedAt` and begin
 * again when the store was away for a look, since nobody knows what happened meanwhile.
 */
export interface Trend {
  /** How long has been looked at without a gap. */
  coversMs: number
  /** For how long jobs have been waiting without any being taken or finished; 0 when none waits. */
  stillMs: number
  /** For how long no consumer has been seen; 0 when one is there. */
  withoutConsumersMs: number
  /** How long ago no job waited: none can have waited longer. Null when jobs waited at every look. */
  sinceEmptyMs: number | null
  /** Per active job: for how long its progress has not changed. */
  unchangedMs: ReadonlyMap<string, number>
  /** Per active job that nobody holds the lock of: for how long. */
  withoutLockMs: ReadonlyMap<string, number>
  /**
   * Jobs that fail attempt after attempt while none is completed: how many of those that are looked at, how many attempts they
   * have failed, and for how long it is so. Null when there is none.
   */
  failing: { jobs: number; attempts: number; forMs: number } | null
  /** The job that was taken back from its workers most often, of those that were active in the last minute. */
  stalled: { id: string; count: number } | null
  /**
   * Over the window of the limits, null while less than half of it is covered. The growth is the smaller one of its two
   * halves, so that jobs which come all at once do not count as growth.
   */
  backlog: { growthPerMinute: number; finishedPerMinute: number | null } | null
  /** Completed and failed within the window, null when nobody counts them. */
  finished: { completed: number; failed: number } | null
  /** Keys that Redis has evicted within the looks that are kept, at most ten minutes. */
  evictedKeys: number
  /** The best of the last three answers of the store: one slow answer is no slow store. */
  latencyMs: number | null
  /** Status of each check at the look before, for rules that clear at another value than they raise. */
  before: ReadonlyMap<string, CheckStatus>
}
