/** How often the event loop is expected to have a turn for this. */
const EVERY_MS = 50

/**
 * Measures how long the event loop is held. By a timer of ours and not by `monitorEventLoopDelay`, whose `reset()` forgets the
 * interval under way: read by a timer that is due at the end of a long hold, it loses just that one (Node 24, measured).
 */
export class LoopDelay implements Disposable {
  readonly #timer: NodeJS.Timeout
  #turnAt = performance.now()
  #longestMs = 0

  constructor() {
    this.#timer = setInterval(() => this.#turn(), EVERY_MS)
  }

  /** The longest that it was held since this was asked before, until now, in milliseconds. */
  takeLongestMs(): number {
    this.#turn()
    const longestMs = this.#longestMs
    this.#longestMs = 0
    return longestMs
  }

  #turn() {
    const now = performance.now()
    this.#longestMs = Math.max(this.#longestMs, now - this.#turnAt - EVERY_MS)
    this.#turnAt = now
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
