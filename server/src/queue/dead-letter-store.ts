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

/** The same with only the beginning of what may be long. */
export interface DeadBeginning extends DeadJob {
  /** Of the whole reason, in characters; of one that is cut and not ASCII, in bytes. */
  reasonLength: number
}

/** How far an operation is with the dead letters that it is about. */
export interface Tally {
  /** So many it was begun with. */
  chosen: number
  done: number
  /** Those that were no dead letters any more, or had died anew, when their turn came. */
  gone: number
  /** Those that stay because they have children that are not over, or since their schedulers go on from them. */
  kept: number
  /** Those whose turn has not come. */
  left: number
}

/** So many dead letters are told, and handled by one operation, at most. */
export const MAX_DEAD_LETTERS = 100_000

/** So many are read or handled in one step of the store. */
export const STEP = 1000

/** A list of an operation that nobody goes on with is forgotten after this time. */
export const LIST_KEPT_MS = 7 * 86_400_000

/** How much previews may leave behind: what is more goes, the oldest first. */
export const PREVIEWS = {
  /** Somewhat longer than a confirm token is good for. */
  keptMs: 16 * 60_000,
  /** So many lists that no operation has begun with. */
  lists: 100,
  /** So many dead letters on all of them. */
  deaths: 3 * MAX_DEAD_LETTERS,
  /** One that is still being made is none of these; when nobody goes on with it, it goes after this time. */
  makingMs: 5 * 60_000,
}

/** Part of the dead letters in the order in which they failed. Those of the same millisecond have an order too. */
export interface Range {
  /** Milliseconds since 1970, itself included, like `to`. */
  from: number
  /** Without so many of the first. */
  skip: number
  to: number
}

/** Dead letters between two times, milliseconds since 1970, both included. */
export interface Span {
  from: number
  to: number
}

/** What stands on a list. */
export interface Listed {
  count: number
  /** The first ones. */
  oldest: Death[]
  newest: Death | null
}

/**
 * The dead letters of one queue: read, and handled by operations. The list of an operation is made in the store by its preview,
 * so that nothing is handled that no preview has shown. It takes each dead letter from its list in the same step in which it is
 * handled, and only the death that was put on the list counts. So each is handled at most once, whoever is killed in between,
 * and also when it dies again at once. Every method rejects like any call to the store.
 */
export interface DeadLetterStore {
  /** The newest, newest first, not more than {@link MAX_DEAD_LETTERS}. */
  newest(): Promise<Death[]>
  /** At most `limit` of a range, oldest first. */
  page(range: Range, limit: number): Promise<Death[]>
  count(): Promise<number>
  /** How many of them each span has, all counted in one go; the last is the number of all. */
  countIn(spans: readonly Span[]): Promise<number[]>
  /** Of these jobs the ones that are dead letters. */
  find(jobIds: readonly string[]): Promise<Death[]>
  /** What at most {@link STEP} of them tell, null for one that is gone. */
  read(deaths: readonly Death[]): Promise<(DeadJob | null)[]>
  /**
   * What they tell, null for one that is gone: names and reasons cut to `length` characters, or bytes. Gives that of the first
   * of them, of one at least, when all have more to say than a store should read in one step.
   */
  readBeginnings(deaths: readonly Death[], length: number): Promise<(DeadBeginning | null)[]>
  /** Null when the operation has no list yet. */
  tally(operation: string): Promise<Tally | null>
  /**
   * Makes the list of all there are, the oldest `limit` of them, and tells what is on it, with `sample` of the oldest. Until an
   * operation begins it is one of a preview, see {@link PREVIEWS}.
   */
  chooseAll(operation: string, limit: number, sample: number): Promise<Listed>
  /** The same of delayed jobs, those that are due next. */
  chooseAllDelayed(operation: string, limit: number, sample: number): Promise<Listed>
  /** Of these jobs the ones that are delayed, told from the same jobs delayed anew by when they are due. */
  findDelayed(jobIds: readonly string[]): Promise<Death[]>
  /**
   * Adds at most {@link STEP} to a list that is being made and has `before` so far, none to begin it; gives how many it has now.
   * A job that has died anew meanwhile is on it once. Null when what was on it is lost.
   */
  choose(operation: string, deaths: readonly Death[], before: number): Promise<number | null>
  /**
   * Ends the making of a list that has `count`, which is one of a preview from then on, and tells what is on it. Null when what was
   * on it is lost.
   */
  finish(operation: string, count: number, sample: number): Promise<Listed | null>
  /** Takes away what previews and operations have left behind for too long, where the store does not do so by itself. */
  forgetOld(): Promise<void>
  /** Keeps the list of a preview for an operation; null when it is gone. */
  keep(operation: string): Promise<Tally | null>
  /**
   * Puts the next of the list back in line, the oldest first, as BullMQ's own retry does. Rejects with OpsError
   * `invalid_input` when that would lose them.
   */
  retryNext(operation: string, limit: number): Promise<Tally>
  /** Removes the next of the list, as BullMQ's own remove does without children; keeps those with children that are not over, or a run to come. */
  discardNext(operation: string, limit: number): Promise<Tally>
  /**
   * Puts the next delayed jobs of the list in line, those that are due first, as BullMQ's own promote does. Rejects as `retryNext`
   * does.
   */
  promoteNext(operation: string, limit: number): Promise<Tally>
}

/** In parts of at most `size`. */
export function* inParts<T>(list: readonly T[], size: number): Generator<T[], void> {
  for (let from = 0; from < list.length; from += size) yield list.slice(from, from + size)
}
