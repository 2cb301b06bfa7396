import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { OpsError } from '../../errors.ts'
import { isMissing, systemCode, unwritable } from './disk-errors.ts'
import type { ExportFiles, FilePart, FinishedFile, StoredFile } from './export-files.ts'
import { leaseName } from './retention.ts'

/** Finished exports in a folder of this machine, or one that several machines share. Made when it is missing. */
export async function openLocalFiles(folder: string): Promise<ExportFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const look = async (name: string) => storedFile(folder, name)
  return {
    publish: (file, signal) => publish(folder, file, signal),
    async handOut(name) {
      const found = await regularFile(folder, name)
      if (!found) return null
      // A file never changes under its name, it is replaced: size and time are as good as a checksum.
      return {
        kind: 'file',
        path: pathOf(folder, name),
        etag: `"${found.size.toString(16)}-${found.mtimeNs.toString(16)}"`,
      }
    },
    async readPart(name, from, bytes) {
      return (await regularFile(folder, name)) && readPart(pathOf(folder, name), from, bytes)
    },
    async lease(name) {
      const handle = await open(pathOf(folder, leaseName(name)), 'a', 0o600)
      try {
        const now = new Date()
        await handle.utimes(now, now)
      } finally {
        await handle.close()
      }
    },
    async list() {
      const found = await Promise.all((await readdir(folder)).map(look))
      return found.filter((file) => file !== null)
    },
    look,
    remove: (name) => rm(pathOf(folder, name), { force: true }),
    async removeAbandoned(before) {
      const copies = (await readdir(folder)).filter((name) => name.startsWith('.') && name.endsWith(COPY))
      const found = (await Promise.all(copies.map(look))).filter((file) => file !== null && file.modifiedAt < before)
      await Promise.all(found.map((file) => file && rm(join(folder, file.name), { force: true })))
      return found.length
    },
    close: async () => undefined,
  }
}

const COPY = '.copy'

/** Names come from the queue, which others may write to: none leads out of the folder. */
const pathOf = (folder: string, name: string) => join(folder, basename(name))

async function publish(folder: string, { path, name }: FinishedFile, signal: AbortSignal) {
  signal.throwIfAborted()
  try {
    // It may have waited for this a long time: its age counts from now on.
    const now = new Date()
    await utimes(path, now, now)
    await rename(path, pathOf(folder, name)).catch((error: unknown) => {
      if (systemCode(error) !== 'EXDEV') throw error
      return copyAcross(folder, path, name, signal)
    })
    await syncFolder(folder)
  } catch (error) {
    signal.throwIfAborted()
    throw unwritable(error)
  }
}

async function readPart(path: string, from: number, bytes: number): Promise<FilePart | null> {
  try {
    await using file = await open(path)
    const { size: total } = await file.stat()
    const data = Buffer.alloc(Math.max(0, Math.min(bytes, total - from)))
    const { bytesRead } = await file.read(data, 0, data.length, from)
    return { data: data.subarray(0, bytesRead), total }
  } catch (cause) {
    if (isMissing(cause)) return null
    throw new OpsError('files_unavailable', 'The file cannot be read. Let the operator look at its folder.', { cause })
  }
}

/** What lies on another disk cannot be renamed into the folder. */
async function copyAcross(folder: string, path: string, name: string, signal: AbortSignal) {
  const copy = join(folder, `.${name}.${randomUUID()}${COPY}`)
  try {
    const target = await open(copy, 'wx', 0o600)
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), target.createWriteStream({ flush: true }), {
      signal,
    })
    await rename(copy, join(folder, name))
  } catch (error) {
    await rm(copy, { force: true })
    throw error
  }
}

/** A name that a power cut must not take away. */
async function syncFolder(folder: string) {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Links are not followed: they could lead to any file of the machine. */
async function regularFile(folder: string, name: string) {
  try {
    const found = await lstat(pathOf(folder, name), { bigint: true })
    return found.isFile() ? found : null
  } catch (cause) {
    if (isMissing(cause) && (await isThere(folder))) return null
    throw new OpsError(
      'files_unavailable',
      'The folder of the exported files cannot be read. Let the operator look at it.',
      { cause },
    )
  }
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  )

async function storedFile(folder: string, name: string): Promise<StoredFile | null> {
  const found = await regularFile(folder, name)
  return found && { name, bytes: Number(found.size), modifiedAt: Number(found.mtimeMs) }
}
