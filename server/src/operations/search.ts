import type { Queue } from 'bullmq'
import type { JobState } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askStore } from '../queue/ask-store.ts'
import { CANARY_ID } from '../queue/canary-job.ts'
import type { FoundText, SearchStep } from '../queue/job-search.ts'
import { needlesOf } from '../queue/search-text.ts'
import type { Store } from '../queue/store.ts'

/** Whoever finds so many has to say more of what he looks for. */
export const MOST_FOUND = 1000

/** The way that jobs go: what goes on meanwhile is found where it comes. */
const order: JobState[] = ['waiting', 'prioritized', 'delayed', 'waiting-children', 'active', 'completed', 'failed']

/** How far a search is, and what it has found since it told last. */
export interface SearchProgress {
  found: (FoundText & { state: JobState })[]
  scanned: number
  total: number
  done: boolean
  /** Why it has ended before all was looked into. */
  stopped: string | null
}

/**
 * Looks into all jobs of these states, whose ids, names, data or errors have a text in them, step by step. It holds little of
 * them, and ends when nobody asks for the next step. Rejects with OpsError `store_unavailable` when it cannot begin; later that is
 * why it has stopped.
 */
export async function* searchJobs(
  store: Store,
  queue: Queue,
  text: string,
  states: readonly JobState[],
): AsyncGenerator<SearchProgress, void> {
  const { counts } = await askStore(queue, () => store.readCounts(queue, CANARY_ID))
  const wanted = order.filter((state) => states.includes(state))
  const total = wanted.reduce((sum, state) => sum + counts[state], 0)
  const told = new Set<string>()
  let scanned = 0
  const progress = (found: SearchProgress['found'], end?: { stopped: string | null }): SearchProgress => ({
    found,
    scanned,
    total: Math.max(total, scanned),
    done: end !== undefined,
    stopped: end?.stopped ?? null,
  })
  try {
    for await (const { state, looked, found } of steps(store, queue, wanted, needlesOf(text))) {
      // The one of the canary is no work.
      const more = found.filter(({ jobId }) => jobId !== CANARY_ID && !told.has(jobId)).slice(0, MOST_FOUND - told.size)
      for (const { jobId } of more) told.add(jobId)
      scanned += looked
      yield progress(more.map((one) => ({ ...one, state })))
      if (told.size >= MOST_FOUND) return yield progress([], { stopped: TOO_MANY })
    }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return yield progress([], { stopped: error.message })
  }
  yield progress([], { stopped: null })
}

const TOO_MANY = `${MOST_FOUND.toLocaleString('en')} jobs were found, and no more are looked for: search for more of the text, or in one state.`

async function* steps(
  store: Store,
  queue: Queue,
  states: readonly JobState[],
  needles: readonly string[],
): AsyncGenerator<SearchStep & { state: JobState }, void> {
  const search = store.openSearch(queue)
  for (const state of states)
    for (const place of search.places(state)) {
      let from: string | null = null
      do {
        const at: string | null = from
        const step: SearchStep = await askStore(queue, () => search.step(place, at, needles))
        yield { state, ...step }
        from = step.next
      } while (from !== null)
    }
}
