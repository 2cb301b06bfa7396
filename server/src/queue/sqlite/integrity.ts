import { Worker } from 'node:worker_threads'
import type { Findings } from './checking.ts'

/** What the last look for damage in the queue file has found. */
export interface Integrity extends Findings {
  checkedAt: Date
}

/** Reading a large file takes seconds of a core: often enough to know of damage before the last backups have it too. */
const CHECK_EVERY_MS = 6 * 60 * 60 * 1000

/** After a check that could not be made: its reason, a locked file say, may be gone soon. */
const TRY_AGAIN_MS = 60_000

/**
 * Looks for damage in a queue file while it is used, in a thread of its own, so that neither the event loop nor anybody
 * who writes waits for it.
 */
export class IntegrityCheck {
  readonly #path: string
  #latest: Integrity | null = null
  #dueAt = 0

  constructor(path: string) {
    this.#path = path
  }

  /** What the last check found, null before the first; begins the next one when it is time (`now`: ms since 1970). */
  latest(now: number): Integrity | null {
    if (now >= this.#dueAt) this.#begin(now)
    return this.#latest
  }

  #begin(now: number) {
    this.#dueAt = now + CHECK_EVERY_MS
    const thread = new Worker(new URL('./integrity-thread.js', import.meta.url), { workerData: this.#path })
    thread.unref()
    thread.once('message', (findings: Findings) => (this.#latest = { checkedAt: new Date(), ...findings }))
    thread.once('error', () => (this.#dueAt = now + TRY_AGAIN_MS))
  }
}
