import type { JobJson } from 'bullmq'

// What callers hand in, whatever their types say: as Redis' driver would send it, or refused in one sentence. On Redis most
// of the latter is refused by a script, in words that nobody understands.

/** Text, as Redis' driver makes it of ids, lines and names. */
export const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** Within what SQLite stores, and far from any time or number that means something. */
const LARGEST = 2 ** 62

/** A whole number that a column can hold. It may be beyond what a number is exact for, so it is read as a REAL. */
export const whole = (value: number): number => Math.min(Math.max(Math.trunc(value), -LARGEST), LARGEST)

/** @param what the beginning of a sentence */
export function finite(value: unknown, what: string): number {
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new Error(`${what} must be a finite number, not ${textOf(value) || 'nothing'}`)
}

/** A job about to be added. */
export function acceptJob(job: JobJson): JobJson {
  requireFiniteOptions(job.opts)
  return {
    ...job,
    name: acceptName(job.name),
    // What JSON does not know (a function, a symbol) is nothing.
    data: job.data ?? '{}',
    timestamp: finite(job.timestamp, 'The timestamp of a job'),
  }
}

function acceptName(name: unknown): string {
  if (typeof name === 'string') return name
  if (typeof name === 'number') return String(name)
  throw new Error(`The name of a job must be text, not ${name === null ? 'null' : typeof name}`)
}

function requireFiniteOptions(opts: object) {
  for (const [option, value] of Object.entries(opts) as [string, unknown][]) {
    if (typeof value === 'object' && value !== null) requireFiniteOptions(value)
    else if (typeof value === 'number' && !Number.isFinite(value)) finite(value, `The option ${option} of a job`)
  }
}
