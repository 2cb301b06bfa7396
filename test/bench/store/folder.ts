import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/program.ts'
import type { Host } from './contender.ts'

/** The size of all files in a folder and below, in bytes. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const sizes = entries.map(async (entry) =>
    entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** For stores that are one database file: an address is the path of one that is still to be made. */
export async function fileHost(version: string): Promise<Host> {
  let folder = await temporaryFolder()
  return {
    version,
    async fresh() {
      await folder[Symbol.asyncDispose]()
      folder = await temporaryFolder()
      return join(folder.path, 'queue.sqlite')
    },
    bytes: () => bytesIn(folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
