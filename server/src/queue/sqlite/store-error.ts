import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { whyNotWritable } from './writable.ts'

/** What is wrong with the file: the kinds that people have to deal with differently. */
export type StoreProblem =
  | 'busy'
  | 'full'
  | 'readonly'
  | 'corrupt'
  | 'missing'
  | 'newer'
  | 'foreign'
  | 'io'
  | 'closed'
  | 'unforeseen'

const FULL: [StoreProblem, string] = ['full', 'the disk with the queue file is full, make room on it']

const NOT_WRITABLE = 'the server cannot write the queue file, its log or their folder, and says in its own log why'

/** SQLite's result codes (sqlite.org/rescode.html): primary ones, and extended ones that say more than theirs. */
const problems: Record<number, [StoreProblem, string]> = {
  5: ['busy', 'another process has locked the queue file for too long'],
  6: ['busy', 'a table of the queue file is locked'],
  8: ['readonly', 'the queue file cannot be written: see its owner and permissions'],
  10: ['io', 'the disk refused to read or write the queue file: see what the system logs of it'],
  11: ['corrupt', 'the queue file is damaged: put a backup in its place by `queue-ops store restore FILE`'],
  13: FULL,
  14: ['missing', 'the queue file cannot be opened: see that its folder exists and can be written'],
  26: ['corrupt', 'the queue file is not a SQLite database'],
  // The index of the log has no room to grow.
  [10 | (19 << 8)]: FULL,
}

/**
 * The file cannot be used at the moment. Its `code` is the one that BullMQ takes for a lost connection: workers then
 * try again until it goes, instead of counting a job as failed because of its store.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code = 'ECONNREFUSED'
  readonly problem: StoreProblem
  /** The message without paths and users, for those who may not know them. */
  readonly told: string

  constructor(
    problem: StoreProblem,
    message: string,
    { told = message, ...options }: ErrorOptions & { told?: string } = {},
  ) {
    super(message, options)
    this.problem = problem
    this.told = told
  }
}

/** Puts what the driver throws of a file into our words; everything that is not of SQLite passes as it is. */
export function asStoreError(error: unknown, path: string): unknown {
  const code = resultCode(error)
  if (code === null) return isTooBig(error) ? new Error(TOO_BIG, { cause: error }) : error
  const [problem, message] = meaningOf(code)
  const mayBeAccess = problem === 'readonly' || problem === 'io' || problem === 'missing'
  const reason = mayBeAccess ? whyNotWritable(path) : null
  if (reason) return new StoreError('readonly', reason, { cause: error, told: NOT_WRITABLE })
  const told = `${message} (${error instanceof Error ? error.message : String(error)})`
  return new StoreError(problem, named(told, path), { cause: error, told })
}

/** With the path, for the log and for who sits at the machine. */
const named = (told: string, path: string) => told.replace('the queue file', () => `the queue file ${path}`)

const TOO_BIG = 'One job cannot hold more than 1 GB of data on SQLite'
const isTooBig = (error: unknown) => driverCode(error) === 18

/** Less than one page of the log (4 KB) and its head. */
const NO_ROOM_BYTES = 8192

/** What an empty transaction does not find out: that the disk is full or may only be read. In words without paths. */
export function whyNoWrite(path: string): string | null {
  if (whyNotWritable(path)) return NOT_WRITABLE
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize < NO_ROOM_BYTES ? FULL[1] : null
}

/** Refuses a file that this process could read but not write, before SQLite makes files of its own beside it. */
export function requireWritable(path: string): void {
  const reason = whyNotWritable(path)
  if (reason) throw new StoreError('readonly', reason)
}

/** True when another connection holds the lock that is needed. */
export const isBusy = (error: unknown): boolean => primary(resultCode(error) ?? 0) === 5

/** What kind of problem the driver reported, null when it is none of the file. */
export function problemIn(error: unknown): StoreProblem | null {
  const code = resultCode(error)
  return code === null ? null : meaningOf(code)[0]
}

const meaningOf = (code: number): [StoreProblem, string] =>
  problems[code] ?? problems[primary(code)] ?? ['io', 'SQLite reported an error']

const primary = (code: number) => code & 0xff

/**
 * Faults of ours or of a caller, not of the file: wrong SQL, too large a value, a violated constraint, a value of the wrong
 * type, misuse, too many values.
 */
const ourFaults = [1, 18, 19, 20, 21, 25]

/** The extended code of what is wrong with the file. */
function resultCode(error: unknown): number | null {
  const code = driverCode(error)
  return code === null || ourFaults.includes(primary(code)) ? null : code
}

const driverCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null
