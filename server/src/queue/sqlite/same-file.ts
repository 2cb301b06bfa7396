import { statSync } from 'node:fs'
import { StoreError } from './store-error.ts'

/** What was found right stands for so long, in milliseconds: looking takes 7 % of the time of small transactions (test/bench). */
const LOOK_EVERY_MS = 10

/**
 * Remembers a queue file and its log as they are when it is opened: writing on into deleted ones would lose all of it. It
 * is noticed within {@link LOOK_EVERY_MS}.
 */
export class SameFile {
  readonly #path: string
  readonly #file: number | undefined
  readonly #log: number | undefined
  #rightUntil = 0

  constructor(path: string) {
    this.#path = path
    this.#file = inode(path)
    this.#log = inode(`${path}-wal`)
  }

  /** Throws {@link StoreError} `missing` when one of them was deleted or replaced. */
  require(): void {
    const now = performance.now()
    if (now < this.#rightUntil) return
    if (inode(this.#path) !== this.#file) {
      throw new StoreError('missing', 'the queue file was deleted or replaced while it was in use: put it back')
    }
    if (inode(`${this.#path}-wal`) !== this.#log) {
      throw new StoreError(
        'missing',
        'the log of the queue file was deleted or replaced while it was in use: ' +
          'put it back, or stop all that use the queue, which saves what it held, and start them again',
      )
    }
    this.#rightUntil = now + LOOK_EVERY_MS
  }
}

const inode = (path: string) => statSync(path, { throwIfNoEntry: false })?.ino
