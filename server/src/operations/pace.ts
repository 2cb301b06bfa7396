/** What was not used in so many seconds is lost: after a pause nothing is made up for in a burst. */
const SAVED_S = 1

/** Says how many may go at a time so that it is a rate in the end. Times are milliseconds of a clock that nobody sets. */
export class Pace {
  readonly #perMs: number
  #credit = 0
  #at: number

  constructor(perS: number, now: number) {
    this.#perMs = perS / 1000
    this.#at = now
  }

  /** How many may go now. */
  due(now: number): number {
    const most = Math.max(1, this.#perMs * 1000 * SAVED_S)
    this.#credit = Math.min(this.#credit + (now - this.#at) * this.#perMs, most)
    this.#at = now
    return Math.floor(this.#credit)
  }

  /** So many have gone. */
  took(count: number): void {
    this.#credit -= count
  }

  /** How long until the next may go. */
  waitMs(): number {
    return Math.max(0, (1 - this.#credit) / this.#perMs)
  }
}
