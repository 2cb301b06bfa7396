import { chmodSync, chownSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { copyBeside, place } from './backup.ts'
import { checkFile } from './checking.ts'
import { isBusy, requireWritable, StoreError } from './store-error.ts'
import { requireQueueFile } from './whose-file.ts'

/** The log first: without its file it is nothing, while a file with another's log is destroyed by it. */
const endings = ['-wal', '-shm', '']

/**
 * Puts a copy of a backup in the place of a queue file that nobody uses. What was there is moved aside with its log, which
 * SQLite would otherwise replay onto the backup. Gives its new name, null when there was none. Throws {@link StoreError}.
 */
export function restoreFile(backup: string, path: string): string | null {
  requireWritable(path)
  requireNotForeign(path)
  const copy = copyOf(backup, path)
  try {
    if (checkFile(copy).damage.length > 0) throw damaged(backup)
    likeFormer(copy, path)
    const aside = moveAside(path)
    place(copy, path)
    return aside
  } finally {
    rmSync(copy, { force: true })
  }
}

/** Damaged or of a newer program, it may be replaced; another application's file may not. */
function requireNotForeign(path: string) {
  try {
    requireQueueFile(path)
  } catch (error) {
    if (error instanceof StoreError && error.problem === 'foreign') throw error
  }
}

function copyOf(backup: string, path: string): string {
  if (statSync(backup, { throwIfNoEntry: false })?.size === 0) {
    throw new StoreError('corrupt', `${backup} is empty: name a backup`)
  }
  try {
    return copyBeside(backup, path)
  } catch (error) {
    throw error instanceof StoreError && error.problem === 'corrupt' ? damaged(backup, error) : error
  }
}

const damaged = (backup: string, cause?: StoreError) =>
  new StoreError('corrupt', `${backup} is damaged, or no SQLite database: name another backup`, { cause })

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
  const db = locked(path)
  if (!db && isLocked(path)) throw inUse(path)
  try {
    work()
  } finally {
    db?.close()
  }
}

/** A connection that nobody else can have beside it, undefined when SQLite cannot lock what is there. */
function locked(path: string): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db.close()
    if (isBusy(error)) throw inUse(path)
    return undefined
  }
}

const inUse = (path: string) =>
  new StoreError('busy', `${path} is in use: stop all that use it, then restore the backup`)

/** Whether the system knows of a lock on the file, which is no database any more. Only Linux tells. */
function isLocked(path: string): boolean {
  try {
    return readFileSync('/proc/locks', 'utf8').includes(`:${statSync(path).ino} `)
  } catch {
    return false
  }
}
