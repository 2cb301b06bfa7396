import { createHash, randomUUID, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from '../errors.ts'
import { BufferedOutput } from './buffered-output.ts'
import { isMissing, unwritable } from './files/disk-errors.ts'
import { refuseWithoutRoom } from './files/disk-room.ts'
import { decodeKey, encodeKey } from './kept-key.ts'
import type { Cell } from './sources/source.ts'

/**
 * How often an export is begun without getting any further before it is given up: something in it kills its worker. That
 * many because a host that is in trouble may kill workers for minutes, which is no fault of the export.
 */
const MAX_STARTS = 30

/** So much is written between two looks at how much is free. */
const LOOK_EVERY_BYTES = 8 * 1024 * 1024

/** Rows that are safe on disk. */
interface Progress {
  rows: number
  bytes: number
  /** Key of the last of these rows, as {@link encodeKey} writes it. */
  key: unknown[]
}

/** What stands beside an unfinished file, so that another attempt can go on with it. */
interface Checkpoint extends Progress {
  /** What the file is made of; another one cannot be continued. */
  fingerprint: string
  /** Name of the unfinished file. */
  part: string
  /** From when on its rows were read, milliseconds since 1970. */
  readFrom: number
  /** How many rows were ever safe, in this attempt or one before: it may have started over. */
  furthest: number
  /** How often it was begun since it last got further than that. */
  starts: number
  /** Present when the file is whole and waits to be published. */
  whole?: WholeFile
}

/** What there is to say of a file that is whole. */
export interface WholeFile {
  rows: number
  bytes: number
  sha256: string
  notes: string[]
}

/** What an attempt before has left. */
export interface Resumed {
  rows: number
  /** Of the last of them. */
  key: Cell[]
  /** From when on they were read, milliseconds since 1970. */
  readFrom: number
}

/**
 * The file of an export while it is written, in the folder where it will stand. Its name is new in each attempt: a worker
 * that was given up for dead may wake up and write on, and then it does so into a file that is no more.
 */
export class UnfinishedFile {
  readonly path: string
  /** What is there already from an attempt before, null when it is begun anew. */
  readonly resumed: Resumed | null
  readonly #place: Place
  readonly #base: Omit<Checkpoint, keyof Progress>
  readonly #handle: FileHandle
  readonly #output: BufferedOutput
  #saving: Promise<void> | null = null
  #failure: unknown = null
  #lookAt: number

  private constructor(place: Place, base: Omit<Checkpoint, keyof Progress>, begun: Begun) {
    this.path = join(place.folder, base.part)
    this.#place = place
    this.#base = base
    this.#handle = begun.handle
    this.#output = new BufferedOutput(begun.handle, begun.hash, begun.progress.bytes)
    this.#lookAt = begun.progress.bytes + LOOK_EVERY_BYTES
    const { rows, key } = begun.progress
    this.resumed = rows > 0 ? { rows, key: decodeKey(key), readFrom: base.readFrom } : null
  }

  /**
   * Begins the file of job `id`, behind what an attempt before has left when that was made of the same (`fingerprint`).
   * Rejects with OpsError `worker_died` when it was begun too often in vain, `file_unwritable` when the disk refuses
   * or has too little room.
   */
  static async begin(place: Place, fingerprint: string): Promise<UnfinishedFile> {
    const before = await readCheckpoint(place)
    const starts = (before?.starts ?? 0) + 1
    if (starts > MAX_STARTS) {
      throw new OpsError(
        'worker_died',
        `The worker died ${MAX_STARTS} times without this export getting any further: see its log for the cause.`,
      )
    }
    const continued = before?.fingerprint === fingerprint ? before : null
    const furthest = continued?.furthest ?? 0
    await refuseWithoutRoom(place.folder, place.minFreeBytes, continued?.bytes)
    const part = partName(place)
    let handle: FileHandle | undefined
    try {
      handle = await open(join(place.folder, part), 'ax', 0o600)
      const begun = await beginPart(place, handle, continued)
      const readFrom = begun.progress.rows > 0 && continued ? continued.readFrom : Date.now()
      const base = { fingerprint, part, readFrom, furthest, starts }
      const file = new UnfinishedFile(place, base, begun)
      await writeCheckpoint(place, { ...base, ...begun.progress })
      await removeParts(place, part)
      return file
    } catch (error) {
      await handle?.close()
      throw unwritable(error)
    }
  }

  /** The same file begun anew, for when it cannot be gone on with after all. This one is closed. */
  async beginAnew(): Promise<UnfinishedFile> {
    await this.close()
    try {
      await this.#requireMine()
      await rm(this.path)
      const begun = nothingIn(await open(this.path, 'ax', 0o600))
      const base = { ...this.#base, readFrom: Date.now() }
      await writeCheckpoint(this.#place, { ...base, ...begun.progress })
      return new UnfinishedFile(this.#place, base, begun)
    } catch (error) {
      throw unwritable(error)
    }
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    try {
      await this.#output.write(chunk)
    } catch (error) {
      throw unwritable(error)
    }
    if (this.#output.bytes < this.#lookAt) return
    this.#lookAt = this.#output.bytes + LOOK_EVERY_BYTES
    await refuseWithoutRoom(this.#place.folder, this.#place.minFreeBytes)
  }

  /**
   * Makes what was written safe, beside what is written next: an attempt after this one goes on behind row number `rows`,
   * whose key is `key`. Left out while the one before is still under way. What the disk says is told by the next call.
   *
   * @returns when it has begun; `safe` is fulfilled when it is done
   */
  async checkpoint(rows: number, key: Cell[]): Promise<{ safe: Promise<void> }> {
    if (this.#saving) return { safe: this.#saving }
    try {
      await this.#output.drain()
    } catch (error) {
      throw unwritable(error)
    }
    const progress = { rows, bytes: this.#output.bytes, key: encodeKey(key) }
    this.#saving = this.#save(progress).finally(() => (this.#saving = null))
    return { safe: this.#saving }
  }

  async #save(progress: Progress): Promise<void> {
    try {
      await this.#handle.datasync()
      await this.#requireMine()
      const { furthest, starts } = this.#base
      const further = progress.rows > furthest ? { furthest: progress.rows, starts: 0 } : { furthest, starts }
      await writeCheckpoint(this.#place, { ...this.#base, ...progress, ...further })
    } catch (error) {
      this.#failure ??= unwritable(error)
    }
  }

  /** Makes all of it safe and closes it: an attempt after this one finds it with {@link findWhole}. */
  async finish(rows: number, notes: string[]): Promise<WholeFile> {
    await this.#saving
    if (this.#failure) throw this.#failure
    try {
      await this.#output.drain()
      const whole = { rows, bytes: this.#output.bytes, sha256: this.#output.digest(), notes }
      await this.#handle.sync()
      await this.#handle.close()
      await this.#requireMine()
      await writeCheckpoint(this.#place, { ...this.#base, rows: 0, bytes: 0, key: [], starts: 0, whole })
      return whole
    } catch (error) {
      throw unwritable(error)
    }
  }

  /** Closes it as it is. */
  async close(): Promise<void> {
    // What went wrong with it was told to who wrote it.
    await this.#saving
    await this.#output.drain().catch(() => undefined)
    await this.#handle.close()
  }

  /** Throws OpsError when the export is in the hands of another attempt. */
  async #requireMine(): Promise<void> {
    const now = await readCheckpoint(this.#place)
    if (now?.part === this.#base.part) return
    throw new OpsError('file_unwritable', 'Another worker has taken this export over: this attempt has ended.')
  }
}

/** Where the file of a job is made. */
export interface Place {
  folder: string
  id: string
  /** A UUID of this attempt: what others have there is not touched by it. */
  attempt: string
  /** What has to stay free on the disk for others. */
  minFreeBytes: number
}

/** The file of an attempt before that was whole but could not be published, when it is made of the same. */
export async function findWhole(place: Place, fingerprint: string): Promise<{ path: string; whole: WholeFile } | null> {
  const before = await readCheckpoint(place)
  if (!before?.whole || before.fingerprint !== fingerprint) return null
  const path = join(place.folder, before.part)
  const found = await stat(path).catch(() => null)
  return found?.size === before.whole.bytes ? { path, whole: before.whole } : null
}

interface Begun {
  handle: FileHandle
  hash: Hash
  progress: Progress
}

/**
 * To be called when an attempt has ended and its worker has not died: it is no start in vain then, and only what can be gone
 * on with, or published, is kept.
 */
export async function leaveUnfinished(place: Place): Promise<void> {
  const checkpoint = await readCheckpoint(place)
  const isMine = checkpoint?.part === partName(place)
  if (isMine && (checkpoint.rows > 0 || checkpoint.whole)) return writeCheckpoint(place, { ...checkpoint, starts: 0 })
  await rm(join(place.folder, partName(place)), { force: true })
  if (isMine) await rm(checkpointPath(place), { force: true })
}

/** Removes everything of the job's unfinished file: for jobs that are over. */
export async function removeUnfinished(place: Pick<Place, 'folder' | 'id'>): Promise<void> {
  await removeParts(place, null)
  await rm(checkpointPath(place), { force: true })
}

const partName = ({ id, attempt }: Pick<Place, 'id' | 'attempt'>) => `.${id}.${attempt}.part`
const checkpointPath = ({ folder, id }: Pick<Place, 'folder' | 'id'>) => join(folder, `.${id}.checkpoint`)

async function readCheckpoint(place: Place): Promise<Checkpoint | null> {
  try {
    return JSON.parse(await readFile(checkpointPath(place), 'utf8')) as Checkpoint
  } catch {
    // None, or one that a loss of power has emptied.
    return null
  }
}

/** Under a name of its own first: who was taken for dead may write one at the same moment. */
async function writeCheckpoint(place: Place, checkpoint: Checkpoint) {
  const written = join(place.folder, partName({ id: place.id, attempt: randomUUID() }))
  await writeFile(written, JSON.stringify(checkpoint), { mode: 0o600 })
  await rename(written, checkpointPath(place))
}

const nothingIn = (handle: FileHandle): Begun => ({
  handle,
  hash: createHash('sha256'),
  progress: { rows: 0, bytes: 0, key: [] },
})

/** Copies what is safe rather than writing on in the same file, and computes its checksum on the way. */
async function beginPart({ folder }: Place, handle: FileHandle, before: Checkpoint | null): Promise<Begun> {
  if (!before || before.rows === 0) return nothingIn(handle)
  const { rows, bytes, key } = before
  const hash = createHash('sha256')
  let copied = 0
  try {
    for await (const piece of createReadStream(join(folder, before.part), { end: bytes - 1, highWaterMark: 1 << 20 })) {
      hash.update(piece as Buffer)
      await handle.appendFile(piece as Buffer)
      copied += (piece as Buffer).length
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  if (copied === bytes) {
    await handle.datasync()
    return { handle, hash, progress: { rows, bytes, key } }
  }
  await handle.truncate(0)
  return nothingIn(handle)
}

async function removeParts({ folder, id }: Pick<Place, 'folder' | 'id'>, except: string | null) {
  const parts = (await readdir(folder)).filter((name) => name.startsWith(`.${id}.`) && name.endsWith('.part'))
  await Promise.all(parts.filter((name) => name !== except).map((name) => rm(join(folder, name), { force: true })))
}
