/**
 * Does the same costly work for all who ask for it meanwhile: one run at a time, and whoever comes while it runs shares the next
 * one, so nobody is told what was true before he asked.
 */
export class OneAtATime<T> {
  readonly #work: () => Promise<T>
  #running: Promise<unknown> = Promise.resolve()
  #next: Promise<T> | null = null

  constructor(work: () => Promise<T>) {
    this.#work = work
  }

  /** Rejects as the work does. */
  ask(): Promise<T> {
    if (this.#next) return this.#next
    const next = this.#running.then(() => {
      this.#next = null
      return this.#work()
    })
    this.#next = next
    this.#running = next.catch(() => undefined)
    return next
  }
}
