import type { Database } from './database.ts'

/** What a look at the queue says: something to hand over, or when to look again at the latest (ms since 1970). */
export type Look<T> = { found: T } | { again: number | null }

/** The clock may be set while something is waited for, which nothing tells: so long a time by it is believed. */
const TRUST_CLOCK_MS = 5000

/** Waits that can all be ended from outside, for a connection that is to be closed. */
export class Waits {
  readonly #stops = new Set<AbortController>()

  /** Ends every wait at hand: each gives null. */
  cancel(): void {
    for (const stop of this.#stops) stop.abort()
  }

  /**
   * Looks at a queue now and whenever it may have changed, until a look finds something. Null after `timeoutMs` or when
   * cancelled. Looks are never made at the same time; a change during a look is looked at afterwards.
   */
  async until<T>(db: Database, queue: string, timeoutMs: number, look: () => Promise<Look<T>>): Promise<T | null> {
    const deadline = performance.now() + timeoutMs
    const stop = new AbortController()
    const bell = new Bell()
    const unwatch = db.watch(queue, () => bell.ring())
    stop.signal.addEventListener('abort', () => bell.ring())
    this.#stops.add(stop)
    try {
      while (!stop.signal.aborted) {
        bell.quiet()
        const seen = await look()
        if ('found' in seen) return seen.found
        const leftMs = deadline - performance.now()
        if (leftMs <= 0) return null
        await bell.rings(seen.again === null ? leftMs : Math.min(leftMs, seen.again - Date.now(), TRUST_CLOCK_MS))
      }
      return null
    } finally {
      unwatch()
      this.#stops.delete(stop)
    }
  }
}

/** Longer timers go off at once (Node's limit is 2^31 - 1 ms). */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Remembers that it has rung until it is told to be quiet. */
class Bell {
  #rung = false
  #wake: (() => void) | undefined

  quiet(): void {
    this.#rung = false
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Fulfilled when it rings, or has rung, or after so long. */
  async rings(timeoutMs: number): Promise<void> {
    if (this.#rung) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer = setTimeout(resolve, Math.min(Math.max(timeoutMs, 0), MAX_TIMER_MS))
    await promise
    clearTimeout(timer)
    this.#wake = undefined
  }
}
