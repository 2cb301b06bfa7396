import { accessSync, constants, existsSync, statSync, type Stats } from 'node:fs'
import { basename, dirname } from 'node:path'

/**
 * Why this process cannot write the queue file, its log or their folder, in one sentence, if possible with what to do. Null
 * when it can, and when they are not there at all, which opening tells.
 */
export function whyNotWritable(path: string): string | null {
  const folder = dirname(path)
  const facts = factsOf(path)
  if (facts?.isDirectory()) return `${path} is a folder: name a file in it`
  if (facts && !facts.isFile()) return `${path} is not a regular file`
  if (isTooLong(path)) return `${path} is too long a name: SQLite and its log need a shorter one`
  if ((refusal(path) ?? refusal(folder)) === 'EROFS') {
    return `${path} is on a file system that is mounted read-only: mount it writable`
  }
  if (refusal(path)) return `${cannotBeWritten([path])}: let this user write it`
  const log = [`${path}-wal`, `${path}-shm`]
  const locked = log.filter(refusal)
  if (locked.length > 0) {
    return (
      `${cannotBeWritten(locked)}: do not delete what may hold jobs, ` +
      `but end all that use the queue file and run chown --reference=${path} ${locked.join(' ')}`
    )
  }
  if (!refusal(folder) || log.every((file) => existsSync(file))) return null
  return `${cannotBeWritten([folder])}: let this user make ${basename(path)} and its log in it`
}

/** What SQLite itself takes, and the longest ending that it gives to files of its own. */
const MAX_PATH_BYTES = 512
const LONGEST_ENDING = '-journal'

function isTooLong(path: string): boolean {
  if (Buffer.byteLength(path + LONGEST_ENDING) > MAX_PATH_BYTES) return true
  try {
    statSync(path + LONGEST_ENDING)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG'
  }
}

/** What the system answers to who wants to write it, null when it agrees or there is no such file. */
function refusal(path: string): string | null {
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return ['EACCES', 'EPERM', 'EROFS'].includes(code) ? code : null
  }
}

function cannotBeWritten(files: string[]): string {
  const described = files.map((file) => {
    const facts = factsOf(file)
    return facts ? `${file} (owner ${facts.uid}, mode ${(facts.mode & 0o7777).toString(8)})` : file
  })
  return `${described.join(' and ')} cannot be written by user ${process.getuid?.() ?? 'of this process'}`
}

function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    // Missing, or in a folder that may not be looked into.
    return undefined
  }
}
