/** A job that is dead, told from the same job when it has died another time. */
export interface Death {
  jobId: string
  /** When it failed for good, by the clock of its worker, milliseconds since 1970. */
  failedAt: number
}

/** What a dead letter tells of itself: text from producers and workers. */
export interface DeadJob extends Death {
  name: string
  reason: string
}

/** How far an operation is with the dead letters that it is about. */
export interface Tally {
  /** So many it was begun with. */
  chosen: number
  done: number
  /** Those that were no dead letters any more, or had died anew, when their turn came. */
  gone: number
  /** Those whose turn has not come. */
  left: number
}

/** So many dead letters are looked at, and handled by one operation, at most. */
export const MAX_DEAD_LETTERS = 100_000

/** So many are read or handled in one step of the store. */
export const STEP = 1000

/** A list of an operation that nobody goes on with is forgotten after this time. */
export const LIST_KEPT_MS = 7 * 86_400_000

/**
 * The dead letters of one queue: read, and handled by operations. An operation keeps its list in the store and takes each
 * dead letter from it in the same step in which it is handled, and only the death that was put on the list counts. So each is
 * handled at most once, whoever is killed in between, and also when it dies again at once. Every method rejects like any
 * call to the store.
 */
export interface DeadLetterStore {
  /** The newest or oldest dead letters that failed up to a time; without limits all, though not more than {@link MAX_DEAD_LETTERS}. */
  list(order: 'newest' | 'oldest', limit?: number, until?: number): Promise<Death[]>
  count(until?: number): Promise<number>
  /** Of these jobs the ones that are dead letters. */
  find(jobIds: readonly string[]): Promise<Death[]>
  /** What at most {@link STEP} of them tell, null for one that is gone. */
  read(deaths: readonly Death[]): Promise<(DeadJob | null)[]>
  /** Null when the operation has no list yet. */
  tally(operation: string): Promise<Tally | null>
  /** Makes the list of all that failed up to a time, the oldest first. A list that is there already stays. */
  chooseAll(operation: string, until: number, limit: number): Promise<Tally>
  /** Makes the list of these. A list that is there already stays. */
  choose(operation: string, deaths: readonly Death[]): Promise<Tally>
  /**
   * Puts the next of the list back in line, the oldest first, as BullMQ's own retry does. Rejects with OpsError
   * `invalid_input` when that would lose them.
   */
  retryNext(operation: string, limit: number): Promise<Tally>
  /** Removes the next of the list with all that is below them in a flow, as BullMQ's own remove does. */
  discardNext(operation: string, limit: number): Promise<Tally>
}

/** In parts of at most `size`. */
export function* inParts<T>(list: readonly T[], size: number): Generator<T[], void> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size)
}
