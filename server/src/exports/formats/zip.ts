import { crc32, createDeflateRaw } from 'node:zlib'

/** The fastest: a fifth larger than level 6 in half the time. */
const DEFLATE_LEVEL = 1

const CHUNK_BYTES = 1 << 18
const BUFFER_BYTES = 1 << 18

/** UTF-8 needs so many bytes at most for what is one unit of a JavaScript string. */
const BYTES_PER_UNIT = 3

/** One file of the archive; its content comes in pieces. */
export interface ZipEntry {
  path: string
  pieces: AsyncIterable<string>
}

interface Written {
  path: Buffer
  offset: number
  crc: number
  compressed: number
  size: number
}

/**
 * A ZIP archive, written from front to back (PKWARE's APPNOTE 6.3.10; numbers of sections below). Sizes stand behind each
 * file and in the directory at the end, in the form of ZIP64 only where the old one does not hold them. No dates: the same
 * content gives the same bytes.
 */
export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let offset = 0
  for await (const { path, pieces } of entries) {
    const entry: Written = { path: Buffer.from(path), offset, crc: 0, compressed: 0, size: 0 }
    const header = localHeader(entry)
    yield header
    for await (const chunk of deflated(pieces, entry)) yield chunk
    const descriptor = dataDescriptor(entry)
    yield descriptor
    offset += header.length + entry.compressed + descriptor.length
    written.push(entry)
  }
  const directory = Buffer.concat(written.map(directoryHeader))
  yield directory
  yield endOfDirectory(written.length, offset, directory.length)
}

/** The next buffer is filled while the one before is compressed, by a thread of zlib's. */
async function* deflated(pieces: AsyncIterable<string>, entry: Written): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level: DEFLATE_LEVEL, chunkSize: CHUNK_BYTES })
  let [filling, compressing] = [Buffer.allocUnsafe(BUFFER_BYTES), Buffer.allocUnsafe(BUFFER_BYTES)]
  const closed = new Promise<void>((resolve) => deflate.once('close', resolve))
  let before = Promise.resolve()
  let filled = 0
  /** A stream that is destroyed forgets the write that it has in hand. */
  async function compressed() {
    await Promise.race([before, closed])
    if (deflate.destroyed) throw new Error('nobody wants the rest of the file')
  }
  async function send(bytes: Buffer) {
    entry.crc = crc32(bytes, entry.crc)
    entry.size += bytes.length
    await compressed()
    before = new Promise((resolve, reject) => {
      deflate.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
    // It is waited for with the next one.
    before.catch(() => undefined)
  }
  async function flush() {
    if (filled === 0) return
    await send(filling.subarray(0, filled))
    ;[filling, compressing] = [compressing, filling]
    filled = 0
  }
  async function feed() {
    for await (const piece of pieces) {
      const mostBytes = piece.length * BYTES_PER_UNIT
      if (filled + mostBytes > BUFFER_BYTES) await flush()
      if (mostBytes > BUFFER_BYTES) await send(Buffer.from(piece))
      else filled += filling.write(piece, filled)
    }
    await flush()
    await compressed()
    deflate.end()
  }
  const feeding = feed()
  feeding.catch((error: Error) => deflate.destroy(error))
  try {
    for await (const chunk of deflate) {
      entry.compressed += (chunk as Buffer).length
      yield chunk as Buffer
    }
  } finally {
    // When nobody wants the rest, whoever makes the pieces is told by the end of that loop.
    deflate.destroy()
    await feeding.catch(() => undefined)
  }
}

/** Names are UTF-8 (bit 11), sizes stand behind the data (bit 3), the data is deflated (8). */
const FLAGS = 0x0808
const DEFLATED = 8
const VERSION = 20
const VERSION_64 = 45
/** January 1, 1980: the first that can be written. */
const DATE = 0x0021
const MAX_32 = 0xffff_ffff
const MAX_16 = 0xffff

/** 4.3.7 */
function localHeader({ path }: Written): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x0403_4b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATED, 8)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt16LE(path.length, 26)
  return Buffer.concat([header, path])
}

const isLarge = ({ compressed, size }: Written) => compressed > MAX_32 || size > MAX_32

/** 4.3.9 */
function dataDescriptor(entry: Written): Buffer {
  const large = isLarge(entry)
  const descriptor = Buffer.alloc(large ? 24 : 16)
  descriptor.writeUInt32LE(0x0807_4b50, 0)
  descriptor.writeUInt32LE(entry.crc, 4)
  if (large) {
    descriptor.writeBigUInt64LE(BigInt(entry.compressed), 8)
    descriptor.writeBigUInt64LE(BigInt(entry.size), 16)
  } else {
    descriptor.writeUInt32LE(entry.compressed, 8)
    descriptor.writeUInt32LE(entry.size, 12)
  }
  return descriptor
}

/** 4.3.12, with the extra field of 4.5.3 */
function directoryHeader(entry: Written): Buffer {
  const large = isLarge(entry) || entry.offset > MAX_32
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x0201_4b50, 0)
  header.writeUInt16LE(large ? VERSION_64 : VERSION, 4)
  header.writeUInt16LE(large ? VERSION_64 : VERSION, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DEFLATED, 10)
  header.writeUInt16LE(DATE, 14)
  header.writeUInt32LE(entry.crc, 16)
  header.writeUInt32LE(large ? MAX_32 : entry.compressed, 20)
  header.writeUInt32LE(large ? MAX_32 : entry.size, 24)
  header.writeUInt16LE(entry.path.length, 28)
  header.writeUInt16LE(large ? 28 : 0, 30)
  header.writeUInt32LE(large ? MAX_32 : entry.offset, 42)
  if (!large) return Buffer.concat([header, entry.path])
  const extra = Buffer.alloc(28)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(BigInt(entry.size), 4)
  extra.writeBigUInt64LE(BigInt(entry.compressed), 12)
  extra.writeBigUInt64LE(BigInt(entry.offset), 20)
  return Buffer.concat([header, entry.path, extra])
}

/** 4.3.16, behind 4.3.14 and 4.3.15 where its numbers are too small. */
function endOfDirectory(entries: number, offset: number, size: number): Buffer {
  const large = entries > MAX_16 || offset > MAX_32 || size > MAX_32
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50, 0)
  end.writeUInt16LE(large ? MAX_16 : entries, 8)
  end.writeUInt16LE(large ? MAX_16 : entries, 10)
  end.writeUInt32LE(large ? MAX_32 : size, 12)
  end.writeUInt32LE(large ? MAX_32 : offset, 16)
  if (!large) return end
  const end64 = Buffer.alloc(56)
  end64.writeUInt32LE(0x0606_4b50, 0)
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(VERSION_64, 12)
  end64.writeUInt16LE(VERSION_64, 14)
  end64.writeBigUInt64LE(BigInt(entries), 24)
  end64.writeBigUInt64LE(BigInt(entries), 32)
  end64.writeBigUInt64LE(BigInt(size), 40)
  end64.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x0706_4b50, 0)
  locator.writeBigUInt64LE(BigInt(offset + size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}
