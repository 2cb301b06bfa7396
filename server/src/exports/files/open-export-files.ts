import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { systemCode } from './disk-errors.ts'
import type { ExportFiles } from './export-files.ts'
import { openLocalFiles } from './local-files.ts'
import { readS3Address } from './s3-address.ts'

/**
 * Opens the place of the finished files that `url` names: `file:` and an absolute path, or `s3://bucket/prefix`. Rejects
 * with {@link ConfigError} when the URL is wrong or the folder cannot be made; an object storage that is away is not an
 * error here.
 */
export async function openExportFiles(url: string, log: Log): Promise<ExportFiles> {
  if (url.startsWith('s3:')) {
    const address = readS3Address(url)
    // The SDK takes a third of a second to load: only who uses it shall wait for that.
    const { openS3Files } = await import('./s3-files.ts')
    return openS3Files(address, log)
  }
  const folder = url.slice('file:'.length)
  return openLocalFiles(folder).catch((error: unknown) => {
    throw new ConfigError([`EXPORT_FILES: the folder ${folder} cannot be used (${systemCode(error)}).`])
  })
}

/**
 * Makes the folder in which a worker writes unfinished files. Rejects with {@link ConfigError} when it cannot be made or
 * written to.
 */
export async function openWorkFolder(folder: string): Promise<void> {
  const trial = join(folder, `.trial.${randomUUID()}.part`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(trial, 'x')
    await rm(trial)
  } catch (error) {
    throw new ConfigError([`DATA_DIR: the folder ${folder} cannot be written to (${systemCode(error)}).`])
  }
}
