import type { Queue } from 'bullmq'
import { askStore } from '../queue/ask-store.ts'
import type { DeadJob, DeadLetterStore, Death } from '../queue/dead-letter-store.ts'

/** What one step should read, in characters, by what the jobs before it had. */
const STEP_CHARS = 2_000_000

/** Nothing is known of the first ones. */
const FIRST_STEP = 10
/** Also when those before were small: the next ones need not be. */
const LARGEST_STEP = 100

/** What dead letters tell, without those that are gone, few at a time. Rejects with OpsError `store_unavailable`. */
export async function* readInSteps(
  queue: Queue,
  deadLetters: DeadLetterStore,
  deaths: readonly Death[],
): AsyncGenerator<DeadJob, void> {
  let size = FIRST_STEP
  for (let from = 0; from < deaths.length;) {
    const part = deaths.slice(from, from + size)
    from += part.length
    const jobs = await askStore(queue, () => deadLetters.read(part))
    let characters = 1
    for (const job of jobs) {
      if (!job) continue
      characters += job.name.length + job.reason.length
      yield job
    }
    const fitting = Math.floor((part.length * STEP_CHARS) / characters)
    size = Math.max(1, Math.min(fitting, size * 2, LARGEST_STEP))
  }
}
