import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, OpsError } from '../errors.ts'

/** Where finished exports stand. */
export interface ExportFiles {
  /** Absolute path of the folder on this machine in which unfinished files are made. */
  folder: string
  /**
   * Gives a whole file its name, so that nobody ever sees half of it. Rejects with OpsError `file_unwritable` when that is
   * refused, or with the reason of `signal` when that aborts.
   */
  publish(path: string, name: string, signal: AbortSignal): Promise<void>
  /** Takes a finished file away; one that is not there is no mistake. */
  remove(name: string): Promise<void>
}

/** Makes the folder when it is missing. Rejects with {@link ConfigError} when it cannot be made or written to. */
export async function openExportFiles(folder: string): Promise<ExportFiles> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const trial = join(folder, `.${randomUUID()}.part`)
    await writeFile(trial, 'x')
    await rm(trial)
  } catch (error) {
    throw new ConfigError([`DATA_DIR: the folder ${folder} cannot be written to (${systemCode(error)}).`])
  }
  return {
    folder,
    async publish(path, name, signal) {
      signal.throwIfAborted()
      try {
        await rename(path, join(folder, name))
        await syncFolder(folder)
      } catch (error) {
        throw unwritable(error)
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
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

/** What the disk says, in our words; everything else as it is. */
export function unwritable(cause: unknown): unknown {
  const code = systemCode(cause)
  if (!code) return cause
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : `the disk refused it (${code})`
  return new OpsError('file_unwritable', `The export file cannot be written: ${why}.`, { cause })
}

/** The code of an operating-system error such as ENOSPC, null for every other error. */
const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
