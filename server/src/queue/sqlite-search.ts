import type { JobSearch } from './job-search.ts'
import { beginningAround, isIn } from './search-text.ts'
import type { SqliteBackend } from './sqlite/backend.ts'

/** Nothing else happens in this process while so many jobs are looked into, or so much text. */
const STEP_JOBS = 500
const STEP_CHARS = 2_000_000

/** Looks into jobs in a queue file. */
export const sqliteSearch = (backend: SqliteBackend): JobSearch => ({
  places: (state) => [state],
  async step(place, from, needles) {
    const { jobs, next } = await backend.readTexts(place, from, STEP_JOBS, STEP_CHARS)
    return {
      looked: jobs.length,
      next,
      found: jobs
        .filter((job) => isIn(job, needles))
        .map((job) => ({ jobId: job.id, name: job.name, at: job.at, text: beginningAround(job, needles) })),
    }
  },
})
