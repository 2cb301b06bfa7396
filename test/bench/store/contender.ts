/** A queue that is measured. Every process of the bench finds it in the list by its id. */
export interface Contender {
  id: string
  name: string
  /** Why it cannot be measured on this machine, if so. */
  absent?(): string | undefined
  /** How often an idle worker asks for work, in milliseconds, if nothing wakes it. */
  pollMs?: number
  /** Takes part in the growth measure, with so many jobs at most: some would take hours. */
  growthLimit?: number
  /** Takes part in the claim measure, with so many jobs waiting at most. */
  waitingLimit?: number
  /** Starts what the store needs, once a run. */
  start(): Promise<Host>
  /** Opens the store at this address, in whichever process. */
  open(address: string): Promise<BenchQueue>
}

/** Where the store lives for the length of a run: a server with a data folder of its own, or just a folder. */
export interface Host extends AsyncDisposable {
  /** Of the engine and the library, for the head of the report. */
  version: string
  /** The address of an empty store; what the one before held is gone. */
  fresh(): Promise<string>
  /** What the data takes at the moment, in bytes: on disk, and with Redis in memory. */
  bytes(): Promise<number>
}

/** The few things that are measured, in the terms of one queue library. Jobs carry 500 bytes and do nothing. */
export interface BenchQueue extends AsyncDisposable {
  /** Each add is awaited before the next. */
  addOneByOne(jobs: number): Promise<void>
  addBulk?(jobs: number): Promise<void>
  /**
   * Works on jobs that wait already, with one worker of this concurrency. Gives the milliseconds from the start of the
   * first until so many are completed, so that connecting does not count.
   */
  process(jobs: number, concurrency: number): Promise<number>
  /** Absent: nothing can wait for jobs here. */
  live?: LiveQueue
}

export interface LiveQueue {
  /** Adds one job with this number. */
  add(number: number): Promise<void>
  /** Starts a worker that waits for jobs and tells the number of each as it starts; gives how to stop it. */
  work(started: (number: number) => void): Promise<() => Promise<void>>
}

/** So many jobs go into one bulk call. */
export const bulkSize = 1000

/** The data of a job: about 500 bytes of JSON. */
export const jobData = (number = 0) => ({ number, text: 'x'.repeat(476) })

/** The same data as often as it takes, in portions for one bulk call each. */
export function* bulks(jobs: number): Generator<ReturnType<typeof jobData>[]> {
  for (let left = jobs; left > 0; left -= bulkSize) {
    yield Array.from({ length: Math.min(left, bulkSize) }, () => jobData())
  }
}

/** Puts jobs in line in the fastest way that the queue has. */
export const fill = (queue: BenchQueue, jobs: number) => (queue.addBulk ? queue.addBulk(jobs) : queue.addOneByOne(jobs))
