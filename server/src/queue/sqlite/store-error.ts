/** What is wrong with the file: the kinds that people have to deal with differently. */
export type StoreProblem = 'busy' | 'full' | 'readonly' | 'corrupt' | 'missing' | 'newer' | 'io' | 'closed'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const problems: Record<number, [StoreProblem, string]> = {
  5: ['busy', 'another process has locked the queue file for too long'],
  6: ['busy', 'a table of the queue file is locked'],
  8: ['readonly', 'the queue file cannot be written: see its owner and permissions'],
  10: ['io', 'the disk refused to read or write the queue file'],
  11: ['corrupt', 'the queue file is damaged: put a backup in its place'],
  13: ['full', 'the disk with the queue file is full'],
  14: ['missing', 'the queue file cannot be opened: see that its folder exists and can be written'],
  26: ['corrupt', 'the queue file is not a SQLite database'],
}

/**
 * The file cannot be used at the moment. Its `code` is the one that BullMQ takes for a lost connection: workers then
 * try again until it goes, instead of counting a job as failed because of its store.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code = 'ECONNREFUSED'
  readonly problem: StoreProblem

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/** Puts what the driver throws into our words; everything that is not of SQLite passes as it is. */
export function asStoreError(error: unknown): unknown {
  const code = resultCode(error)
  if (code === null) return error
  const [problem, message] = problems[code] ?? ['io', 'SQLite reported an error']
  const detail = error instanceof Error ? error.message : String(error)
  return new StoreError(problem, `${message} (${detail})`, { cause: error })
}

/** True when another connection holds the lock that is needed. */
export const isBusy = (error: unknown): boolean => resultCode(error) === 5

/** The primary code; a mistake in our own SQL (1) and constraint violations (19) are faults of ours, not of the file. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  const primary = error.errcode & 0xff
  return primary === 1 || primary === 19 ? null : primary
}
