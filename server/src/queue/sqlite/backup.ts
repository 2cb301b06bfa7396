import { randomUUID } from 'node:crypto'
import { closeSync, constants, copyFileSync, existsSync, linkSync, openSync, rmSync } from 'node:fs'
import { withFile } from './read-file.ts'
import { problemIn, StoreError } from './store-error.ts'
import { identify } from './whose-file.ts'

/**
 * Copies a queue file while it is used, to a file that must not exist yet. The copy is of one moment and complete by
 * itself. Throws {@link StoreError}.
 */
export function backupFile(path: string, target: string): void {
  if (existsSync(target)) throw alreadyThere(target)
  const unfinished = copyBeside(path, target)
  try {
    place(unfinished, target)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** Copies a queue file to a new one in the folder of `target` and gives its name. */
export function copyBeside(path: string, target: string): string {
  return withFile(path, (db) => {
    identify(db, path)
    const copy = `${target}.${randomUUID()}.partial`
    makeEmpty(copy, target)
    try {
      // Not SQLite's online backup, which starts over whenever another process writes.
      db.prepare('VACUUM INTO ?').run(copy)
      return copy
    } catch (error) {
      rmSync(copy, { force: true })
      // The file that is copied can be read: what has no room is the copy.
      throw problemIn(error) === 'full' ? noRoom(target) : error
    }
  })
}

/** SQLite takes an empty file for its target, and this one is nobody else's. */
function makeEmpty(copy: string, target: string) {
  try {
    closeSync(openSync(copy, 'wx'))
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') throw noRoom(target)
    throw new StoreError('missing', `${target} cannot be made: see its name, its folder and who may write it`)
  }
}

/** Gives a finished file the name that it is to have, which nobody may have taken meanwhile. */
export function place(finished: string, target: string): void {
  try {
    linkSync(finished, target)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(target)
    // File systems without links.
    copyFileSync(finished, target, constants.COPYFILE_EXCL)
  }
}

const alreadyThere = (target: string) => new StoreError('missing', `${target} exists already: name a new file`)

const noRoom = (target: string) => new StoreError('full', `the disk with ${target} is full, name another place`)

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)
