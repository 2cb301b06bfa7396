import { jobOfStem } from './export-names.ts'

/** A worker may be about to take up a job that another queue, in the same folder, knows of and ours does not. */
const UNKNOWN_FOR_MS = 10 * 60_000

/** Nothing that belongs to no job at all is of use for longer. */
const NOBODYS_FOR_MS = 24 * 60 * 60_000

/** What the queue says of the job: `live` when it is worked on or will be, `over` when not, `gone` when it knows none. */
export type JobFate = 'live' | 'over' | 'gone'

const LEFTOVER = /^\.(.+)\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part|checkpoint)$/

/** The job to which a temporary file belongs, null: to none; undefined when it is no temporary file of ours. */
export function ownerOf(name: string): string | null | undefined {
  const [, stem] = LEFTOVER.exec(name) ?? []
  return stem === undefined ? undefined : jobOfStem(stem)
}

/**
 * Whether a temporary file is of no use any more.
 *
 * @param fate of the job whose it is, null when it is nobody's
 * @param untouchedMs how long nothing has been written to it
 */
export function isLeftover(fate: JobFate | null, untouchedMs: number): boolean {
  if (fate === 'live') return false
  if (fate === 'over') return true
  return untouchedMs > (fate === 'gone' ? UNKNOWN_FOR_MS : NOBODYS_FOR_MS)
}
