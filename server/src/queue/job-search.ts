import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import { beginningAround, isIn, type JobTexts } from './search-text.ts'

/** A job in which the searched text was found. */
export interface FoundText {
  jobId: string
  name: string
  /** When it ended, or was added: milliseconds since 1970. */
  at: number
  /** Where the text was found in its data or its error; else the error, or the beginning of the data. Cut. */
  text: string
}

export interface SearchStep {
  found: FoundText[]
  /** So many jobs were looked into. */
  looked: number
  /** Where to go on; null at the end. */
  next: string | null
}

/**
 * Looks for a text in jobs, a bounded number and a bounded size of them in one step, the newest first: what comes meanwhile is
 * looked into twice rather than left out. Every call rejects like any call to the store.
 */
export interface JobSearch {
  /** Where the jobs of a state stand. */
  places(state: JobState): string[]
  /** @param needles texts in small letters (see `needlesOf`), of which one must be there */
  step(place: string, from: string | null, needles: readonly string[]): Promise<SearchStep>
}

/** Looks into so many jobs in one step, and goes on with fewer when they are large. */
const MOST_JOBS = 200
const FIRST_JOBS = 20
const STEP_CHARS = 2_000_000

/** By what BullMQ tells of every store: whole jobs, which is slow. */
export function searchByGetters(queue: Queue): JobSearch {
  let most = FIRST_JOBS
  return {
    places: (state) => [state],
    async step(place, from, needles) {
      const start = Number(from ?? 0)
      // One that is gone between the two reads of getJobs comes back as undefined, whatever its type says.
      const jobs = (await queue.getJobs([place as JobState], start, start + most - 1, false)).filter(Boolean)
      const texts = jobs.map((job): JobTexts & { at: number } => ({
        id: job.id ?? '',
        name: job.name,
        data: JSON.stringify(job.data) ?? '',
        reason: job.failedReason ?? '',
        at: job.finishedOn ?? job.timestamp,
      }))
      const chars = texts.reduce((sum, { data, reason }) => sum + data.length + reason.length, 1)
      const step = { looked: texts.length, next: jobs.length === 0 ? null : String(start + most) }
      most = Math.max(1, Math.min(MOST_JOBS, most * 2, Math.floor((most * STEP_CHARS) / chars)))
      return {
        ...step,
        found: texts
          .filter((job) => isIn(job, needles))
          .map((job) => ({ jobId: job.id, name: job.name, at: job.at, text: beginningAround(job, needles) })),
      }
    },
  }
}
