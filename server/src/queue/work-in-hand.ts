import type { Processor, Worker } from 'bullmq'

/** A job that is being worked on, and for how long. */
export interface JobInHand {
  id: string
  forMs: number
}

/**
 * What the worker of this process has in hand, and when it last took and finished a job: told by the worker's own turns and
 * not by a timer, which would go on beside a worker that has stopped. Measured by a clock that nobody sets.
 */
export class WorkInHand {
  // No map by id: a job whose lock was lost may come back while its first run is ending.
  readonly #inHand = new Set<{ id: string; since: number }>()
  #takenAt: number | null = null
  #finishedAt: number | null = null

  /** The same processor; what it works on is in hand meanwhile. */
  during<Data, Result>(processor: Processor<Data, Result>): Processor<Data, Result> {
    return async (job, token, signal) => {
      const run = { id: job.id ?? '', since: performance.now() }
      this.#inHand.add(run)
      try {
        return await processor(job, token, signal)
      } finally {
        this.#inHand.delete(run)
      }
    }
  }

  /** Finished is what the store has taken back, whether it went well or not. */
  watch(worker: Worker): void {
    worker.on('active', () => (this.#takenAt = performance.now()))
    worker.on('completed', () => (this.#finishedAt = performance.now()))
    worker.on('failed', () => (this.#finishedAt = performance.now()))
  }

  /** Longest first. */
  jobs(): JobInHand[] {
    const now = performance.now()
    return [...this.#inHand].map(({ id, since }) => ({ id, forMs: now - since })).toSorted((a, b) => b.forMs - a.forMs)
  }

  get takenAgoMs(): number | null {
    return agoMs(this.#takenAt)
  }

  get finishedAgoMs(): number | null {
    return agoMs(this.#finishedAt)
  }
}

const agoMs = (at: number | null) => (at === null ? null : performance.now() - at)
