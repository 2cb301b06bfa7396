import { createHash } from 'node:crypto'

/** What keeps the reading of a queue cheap however much is in it. */
export const bounds = {
  /** So many active jobs are looked at. */
  active: 100,
  /** And of the delayed those that are due next. */
  delayed: 10,
  /** So many parents that have waited for their children for longest, and so many children of each. */
  parents: 3,
  childrenOfParent: 3,
  /** Of those with a priority so many whose turn is next, and so many that come last. */
  nextPrioritized: 2,
  lastPrioritized: 8,
  /** Over this time, in milliseconds, newly failed jobs are counted, up to so many. */
  latelyMs: 300_000,
  failedLately: 10_000,
}

const LONG_PROGRESS = 200

/** A progress as JSON text, or a checksum of it when it is long. */
export const shortProgress = (json: string): string =>
  json.length > LONG_PROGRESS ? createHash('sha1').update(json).digest('hex') : json
