import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

// Not `recursive` of Node: where nothing can be made and the system says that the folder is not there, as below /proc, it
// tries for ever and cannot be stopped.

/** Makes a folder and those above it where they are missing. Rejects with the error of the system. */
export async function makeFolder(path: string): Promise<void> {
  if (isFolder(await stat(path).catch(ignoreMissing))) return
  await makeFolder(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    // Somebody else may have been a moment earlier.
    if (!isFolder(await stat(path).catch(ignoreMissing))) throw error
  }
}

/** The same, for a start that waits for it. */
export function makeFolderSync(path: string): void {
  const look = () => isFolder(statSync(path, { throwIfNoEntry: false }))
  if (look()) return
  makeFolderSync(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if (!look()) throw error
  }
}

/** False when nothing is there. Throws when it is something else. */
function isFolder(found: { isDirectory(): boolean } | undefined): boolean {
  if (found !== undefined && !found.isDirectory()) {
    throw Object.assign(new Error('a part of its path is a file and no folder'), { code: 'ENOTDIR' })
  }
  return found !== undefined
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
