import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Large enough that writing one costs next to nothing beside filling the next. */
const PIECE_BYTES = 1 << 20

/** UTF-8 needs so many bytes at most for what is one unit of a JavaScript string. */
const BYTES_PER_UNIT = 3

/**
 * Writes to the end of a file in large pieces and computes the checksum of all of it. A piece is on its way to the disk
 * while the next one is filled; two buffers are all that it needs.
 */
export class BufferedOutput {
  readonly #handle: FileHandle
  readonly #hash: Hash
  #filling = Buffer.allocUnsafe(PIECE_BYTES)
  #spare = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0
  #bytes: number
  #writing: Promise<unknown> = Promise.resolve()

  /** @param bytes how many the file has already, which `hash` knows */
  constructor(handle: FileHandle, hash: Hash, bytes: number) {
    this.#handle = handle
    this.#hash = hash
    this.#bytes = bytes
  }

  /** Of the file when all that was taken is written. */
  get bytes(): number {
    return this.#bytes + this.#filled
  }

  /** Rejects with what the disk says, of this piece or of the one before. */
  async write(chunk: string | Uint8Array): Promise<void> {
    const mostBytes = typeof chunk === 'string' ? chunk.length * BYTES_PER_UNIT : chunk.length
    if (this.#filled + mostBytes > PIECE_BYTES) await this.#send()
    if (mostBytes > PIECE_BYTES) return this.#sendLarge(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    if (typeof chunk === 'string') this.#filled += this.#filling.write(chunk, this.#filled)
    else {
      this.#filling.set(chunk, this.#filled)
      this.#filled += chunk.length
    }
  }

  /** All that was taken has been handed to the system when this is fulfilled. */
  async drain(): Promise<void> {
    await this.#send()
    await this.#writing
  }

  digest(): string {
    return this.#hash.digest('hex')
  }

  async #send(): Promise<void> {
    if (this.#filled === 0) return
    const piece = this.#filling.subarray(0, this.#filled)
    this.#hash.update(piece)
    await this.#writing
    this.#bytes += piece.length
    this.#filled = 0
    ;[this.#filling, this.#spare] = [this.#spare, this.#filling]
    this.#append(piece)
  }

  async #sendLarge(piece: Uint8Array): Promise<void> {
    this.#hash.update(piece)
    await this.#writing
    this.#bytes += piece.length
    this.#append(piece)
    // It belongs to the caller.
    await this.#writing
  }

  #append(piece: Uint8Array) {
    this.#writing = this.#handle.appendFile(piece)
    // Whoever writes next is told.
    this.#writing.catch(() => undefined)
  }
}
