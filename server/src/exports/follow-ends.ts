import type { JobNews, JobWatch } from '../queue/job-watch.ts'

/** Events after which an export may be over, again when an operator has let it be tried anew. */
const DECISIVE = new Set(['completed', 'failed', 'missed'])

/** After a look that failed because the store was away for a moment. */
const RETRY_MS = 1000

/**
 * Tells each end of an export: the one that was already there, and those that come. It is told when the export has ended, in
 * milliseconds since 1970. Rejects when the first look does.
 *
 * @param endOf gives null for an export that is not over; rejects for one that cannot be looked at
 */
export async function followEnds(
  watch: JobWatch,
  jobId: string,
  endOf: () => Promise<number | null>,
  hear: (endedAt: number) => void,
): Promise<Disposable> {
  const ends = new Ends(endOf, hear)
  const following = await watch.follow(jobId, (news: JobNews) => {
    if (DECISIVE.has(news.event)) void ends.lookAgain()
  })
  try {
    await ends.look()
  } catch (error) {
    following[Symbol.dispose]()
    throw error
  }
  return {
    [Symbol.dispose]() {
      following[Symbol.dispose]()
      ends.stop()
    },
  }
}

class Ends {
  readonly #endOf: () => Promise<number | null>
  readonly #hear: (endedAt: number) => void
  #last: number | null = null
  #stopped = false
  #retry: NodeJS.Timeout | undefined

  constructor(endOf: () => Promise<number | null>, hear: (endedAt: number) => void) {
    this.#endOf = endOf
    this.#hear = hear
  }

  async look(): Promise<void> {
    const end = await this.#endOf()
    if (this.#stopped || end === null || end === this.#last) return
    this.#last = end
    this.#hear(end)
  }

  async lookAgain(): Promise<void> {
    clearTimeout(this.#retry)
    await this.look().catch(() => {
      if (!this.#stopped) this.#retry = setTimeout(() => void this.lookAgain(), RETRY_MS)
    })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
  }
}
