import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Pieces } from './formats/pieces.ts'

const PIECE_BYTES = 1 << 20

/** Writes to the end of a file in large pieces and computes the checksum of all of it. */
export class BufferedOutput {
  readonly #hash: Hash
  readonly #pieces: Pieces
  #bytes: number

  /** @param bytes how many the file has already, which `hash` knows */
  constructor(handle: FileHandle, hash: Hash, bytes: number) {
    this.#hash = hash
    this.#bytes = bytes
    this.#pieces = new Pieces(PIECE_BYTES, (piece) => {
      this.#bytes += piece.length
      const written = handle.appendFile(piece)
      hash.update(piece)
      return written
    })
  }

  /** Of the file when all that was taken is written. */
  get bytes(): number {
    return this.#bytes + this.#pieces.waiting
  }

  /** Rejects with what the disk says, of this piece or of the one before. */
  write(chunk: string | Uint8Array): Promise<void> {
    return this.#pieces.add(chunk)
  }

  /** All that was taken has been handed to the system when this is fulfilled. */
  drain(): Promise<void> {
    return this.#pieces.drain()
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}
