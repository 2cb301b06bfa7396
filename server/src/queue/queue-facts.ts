/**
 * What a store tells of one queue beyond BullMQ's counts, read in a bounded number of commands however many jobs there are.
 * Times are milliseconds since 1970. The job's own come from the clocks of producers and workers, as BullMQ writes them.
 */
export interface QueueFacts {
  /**
   * What could not be read though the store answers, and why: a key of the queue holds something else than BullMQ keeps there, or
   * this user may not ask. The value beside it then says nothing; all the others are as they are.
   */
  unread: Partial<Record<FactPart, WhyUnread>>
  /**
   * The job that has waited longest of those at the ends of the line: the one whose turn is next, the one that was put behind
   * all others, and of those with a priority the next two and the last eight, which have the lowest. Null when none waits.
   */
  oldestWaiting: WaitingJob | null
  /** When the first delayed job is due, null when none is delayed. */
  nextDelayedAt: number | null
  /** Those that are active for longest first, at most 100. */
  active: ActiveJob[]
  deadLetters: {
    oldestAt: number | null
    newestAt: number | null
    /** Jobs that failed for good in the last five minutes and still are dead letters; counted up to 10,000. */
    inFiveMinutes: number
  }
  /** Jobs that were ever completed and failed; null when no worker counts them (BullMQ's worker option `metrics`). */
  totals: { completed: number; failed: number } | null
  /** The job schedulers of the queue, and which of them is due for longest. */
  schedulers: { count: number; first: { id: string; nextRunAt: number } | null }
  /** When the queue was paused last, null when that is not known any more. */
  pausedAt: number | null
  /** What keeps jobs from being taken on purpose. */
  holds: Holds
  /**
   * Jobs that have failed an attempt and are to be tried again or are being tried: of the active ones, of those at the ends of the
   * line and of the ten that are due next.
   */
  retried: RetriedJob[]
  /**
   * The first of the three parents that have waited for their children for longest of which all children that are still to come
   * (three of them are looked at) have failed for good: it waits for ever. Null when there is none.
   */
  stranded: StrandedParent | null
  done: Done
  /**
   * Differs from the one before as soon as a job was taken or finished in between. Two equal ones: nothing moves. It stays when
   * jobs are added to those that wait, except that the first one to wait changes it.
   */
  movement: string
}

/** What of the facts may be refused by itself. */
export type FactPart =
  | 'line'
  | 'delayed'
  | 'active'
  | 'deadLetters'
  | 'totals'
  | 'schedulers'
  | 'holds'
  | 'done'
  | 'flows'
  | 'movement'

export type WhyUnread = 'wrong_type' | 'forbidden'

/** What a queue's own settings allow at this moment. */
export interface Holds {
  /** So many jobs may be active over all workers; null: nothing is set. */
  concurrency: number | null
  /** Until when a rate limit gives out no more jobs, null when none is in force; of workers it is only known that they have one. */
  limitedUntil: number | null
}

export interface RetriedJob {
  id: string
  /** Attempts that have failed. */
  failed: number
  /** It is being tried at this moment; else its last attempt is over. */
  isActive: boolean
  /** When it was taken last, by the clock of its worker; null: not known. */
  takenAt: number | null
}

export interface StrandedParent {
  id: string
  /** One of its children. */
  child: string
}

/** Each changes when a job was completed. */
export interface Done {
  /** The newest completed job that is still there. */
  newest: string | null
  /** How many of those that were ever added are in no state any more; null when that cannot be told. It also counts removed ones. */
  vanished: number | null
}

export interface WaitingJob {
  id: string
  /**
   * Since when it could be taken: it was added, its delay was over, or it was put back into the line after an attempt, by the
   * stalled check or by an operator. On Redis the job itself does not tell the latter. It is the time of its last `waiting`
   * event as long as that is among the newest 200 of the queue, and later the time of the oldest of those: the job was in line
   * before it. So an age may be told too low there but never too high, since time spent on an attempt is no time of waiting.
   */
  readyAt: number
}

export interface ActiveJob {
  id: string
  name: string
  startedAt: number | null
  /** False when nobody renews its lock any more: its worker is dead, frozen or blocked. */
  locked: boolean
  /** How often it was taken back from a worker that had lost it. */
  stalledCount: number
  attemptsStarted: number
  attemptsFailed: number
  /** As JSON, or a checksum of what is longer; only for telling whether it has changed. */
  progress: string
}

/** What a store tells of itself. */
export interface StoreFacts {
  /** Its own clock, by which ages are judged; of a file that of this machine. */
  nowMs: number
  /** Null: a small write works. Else why not, in words that may be shown to clients. */
  writeProblem: string | null
  /** Null for other stores, and when the store does not let us read them. */
  redis: RedisFacts | null
}

export interface RedisFacts {
  version: string
  role: 'master' | 'replica'
  loading: boolean
  /** `noeviction` is what BullMQ demands. Null: hidden. */
  evictionPolicy: string | null
  usedBytes: number
  /** Null: no limit. */
  maxBytes: number | null
  evictedKeys: number
  persistence: {
    aof: boolean
    /** Whether the last write of the AOF and the last snapshot worked. */
    healthy: boolean
    /** Neither AOF nor snapshots: a restart loses the queue. Null: hidden. */
    none: boolean | null
  }
  /** Of a replica; null on a master. */
  masterLinkUp: boolean | null
}
