/** UTF-8 needs so many bytes at most for what is one unit of a JavaScript string. */
const BYTES_PER_UNIT = 3

/**
 * Gathers texts and bytes into large pieces. One is being taken while the next one is filled; two buffers are all that it
 * needs. Every call rejects with what became of this piece or of the one before.
 */
export class Pieces {
  readonly #take: (piece: Uint8Array) => Promise<unknown>
  #filling: Buffer
  #spare: Buffer
  #filled = 0
  #taking: Promise<unknown> = Promise.resolve()

  /**
   * @param bytes large enough that taking one costs next to nothing beside filling the next
   * @param take is called when the one before is taken
   */
  constructor(bytes: number, take: (piece: Uint8Array) => Promise<unknown>) {
    this.#take = take
    this.#filling = Buffer.allocUnsafe(bytes)
    this.#spare = Buffer.allocUnsafe(bytes)
  }

  /** How many bytes no piece has yet. */
  get waiting(): number {
    return this.#filled
  }

  async add(chunk: string | Uint8Array): Promise<void> {
    const mostBytes = typeof chunk === 'string' ? chunk.length * BYTES_PER_UNIT : chunk.length
    if (this.#filled + mostBytes > this.#filling.length) await this.#flush()
    if (mostBytes > this.#filling.length) {
      await this.#hand(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      // It belongs to the caller.
      await this.#taking
    } else if (typeof chunk === 'string') this.#filled += this.#filling.write(chunk, this.#filled)
    else {
      this.#filling.set(chunk, this.#filled)
      this.#filled += chunk.length
    }
  }

  /** Fulfilled when all has been taken. */
  async drain(): Promise<void> {
    await this.#flush()
    await this.#taking
  }

  async #flush() {
    if (this.#filled === 0) return
    await this.#hand(this.#filling.subarray(0, this.#filled))
    this.#filled = 0
    ;[this.#filling, this.#spare] = [this.#spare, this.#filling]
  }

  async #hand(piece: Uint8Array) {
    await this.#taking
    this.#taking = this.#take(piece)
    // Whoever comes next is told.
    this.#taking.catch(() => undefined)
  }
}
