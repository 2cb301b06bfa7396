import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ConfigError, OpsError } from '../errors.ts'

/** The folder where finished exports stand. */
export interface ExportFiles {
  /** Absolute path of the folder. */
  directory: string
  /**
   * Writes a file under a temporary name and renames it when it is whole and on disk, so that nobody ever sees half of
   * it. Rejects with OpsError `file_unwritable` when the disk refuses, with the reason of `signal` when that aborts, or
   * with what `chunks` threw; in each case nothing is left over.
   */
  write(
    name: string,
    chunks: AsyncIterable<string | Uint8Array>,
    signal: AbortSignal,
  ): Promise<{ bytes: number; sha256: string }>
}

/** Makes the folder when it is missing. Rejects with {@link ConfigError} when it cannot be made or written to. */
export async function openExportFiles(directory: string): Promise<ExportFiles> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const trial = join(directory, `.${randomUUID()}.part`)
    await writeFile(trial, 'x')
    await rm(trial)
  } catch (error) {
    throw new ConfigError([`DATA_DIR: the folder ${directory} cannot be written to (${systemCode(error)}).`])
  }
  return {
    directory,
    async write(name, chunks, signal) {
      const unfinished = join(directory, `.${name}.${randomUUID()}.part`)
      const hash = createHash('sha256')
      let bytes = 0
      async function* measured() {
        for await (const chunk of chunks) {
          const piece = Buffer.from(chunk)
          hash.update(piece)
          bytes += piece.length
          yield piece
        }
      }
      try {
        await removeUnfinished(directory, (file) => file.startsWith(`.${name}.`))
        // flush: fsync before close, so that the rename never shows a file that a power cut would empty.
        const handle = await open(unfinished, 'wx', 0o600)
        await pipeline(measured, handle.createWriteStream({ flush: true }), { signal })
        await rename(unfinished, join(directory, name))
        return { bytes, sha256: hash.digest('hex') }
      } catch (error) {
        await rm(unfinished, { force: true })
        signal.throwIfAborted()
        throw systemCode(error) ? unwritable(error) : error
      }
    },
  }
}

/** What a worker that died has left over. */
async function removeUnfinished(directory: string, isLeftOver: (file: string) => boolean) {
  const files = await readdir(directory)
  const leftOver = files.filter((file) => file.endsWith('.part') && isLeftOver(file))
  await Promise.all(leftOver.map((file) => rm(join(directory, file), { force: true })))
}

function unwritable(cause: unknown): OpsError {
  const code = systemCode(cause)
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : `the disk refused it (${code})`
  return new OpsError('file_unwritable', `The export file cannot be written: ${why}.`, { cause })
}

/** The code of an operating-system error such as ENOSPC, null for every other error. */
const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
