import { chmodSync, chownSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { copyBeside, place } from './backup.ts'
import { checkFile } from './checking.ts'
import { isBusy, requireWritable, StoreError } from './store-error.ts'

/** The log first: without its file it is nothing, while a file with another's log is destroyed by it. */
const endings = ['-wal', '-shm', '']

/**
 * Puts a copy of a backup in the place of a queue file that nobody uses. What was there is moved aside with its log, which
 * SQLite would otherwise replay onto the backup. Gives its new name, null when there was none. Throws {@link StoreError}.
 */
export function restoreFile(backup: string, path: string): string | null {
  requireWritable(path)
  const copy = copyBeside(backup, path)
  try {
    if (statSync(backup).size === 0) throw new StoreError('corrupt', `${backup} is empty: name a backup`)
    if (checkFile(copy).damage.length > 0)
      throw new StoreError('corrupt', `${backup} is damaged itself: name another one`)
    likeFormer(copy, path)
    const aside = moveAside(path)
    place(copy, path)
    return aside
  } finally {
    rmSync(copy, { force: true })
  }
}

/** Who restores may be another user than the one whose queue it is. */
function likeFormer(copy: string, path: string) {
  const former = statSync(path, { throwIfNoEntry: false })
  if (!former) return
  chmodSync(copy, former.mode)
  if (former.uid !== process.getuid?.()) chownSync(copy, former.uid, former.gid)
}

function moveAside(path: string): string | null {
  if (endings.every((ending) => !existsSync(path + ending))) return null
  const aside = `${path}.before-restore-${new Date().toISOString().replaceAll(/\D/g, '')}`
  whileUnused(path, () => {
    for (const ending of endings) if (existsSync(path + ending)) renameSync(path + ending, aside + ending)
  })
  return aside
}

/** Does something with a file that nobody can open meanwhile. */
function whileUnused(path: string, work: () => void) {
  const db = existsSync(path) ? new DatabaseSync(path, { timeout: 0 }) : undefined
  try {
    db?.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    // A file that is no database any more cannot be locked by SQLite.
    if (isBusy(error) || isLocked(path)) {
      db?.close()
      throw new StoreError('busy', `${path} is in use: stop all that use it, then restore the backup`)
    }
  }
  try {
    work()
  } finally {
    db?.close()
  }
}

/** Whether the system knows of a lock on the file. Only Linux tells. */
function isLocked(path: string): boolean {
  const inode = statSync(path).ino
  try {
    return readFileSync('/proc/locks', 'utf8').includes(`:${inode} `)
  } catch {
    return false
  }
}
