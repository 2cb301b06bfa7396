import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store-error.ts'

/** Folding the log on a disk that stays full fails, and takes as long as it does otherwise. */
const TRY_EVERY_MS = 1000

/** The log may take this part of what is free, so that the file can still grow by what is in it. */
const PART_FOR_LOG = 1 / 4
const LEAST_LOG_PAGES = 100

const MB = 1024 * 1024

/**
 * Keeps a connection from getting stuck on a full disk. The log, which cannot grow there, would never get so long that
 * SQLite folds it into the file by itself, and would take every bit of room that is made. So it is kept short where little
 * is free; and once there was no room, nothing is written until it is folded, which needs as much as the file has to grow
 * by and gives back all that the log took.
 */
export class FullDisk {
  readonly #path: string
  readonly #db: DatabaseSync
  /** How long the log may get where there is room, in pages. */
  readonly #logPages: number
  #isFull = false
  #nextTry = 0

  constructor(path: string, db: DatabaseSync) {
    this.#path = path
    this.#db = db
    this.#logPages = this.#pragma('wal_autocheckpoint')
    this.#limitLog()
  }

  /** To be told that something had no room, outside of transactions; true when it has room now. */
  foldLog(): boolean {
    this.#isFull = true
    const now = performance.now()
    if (now < this.#nextTry) return false
    this.#nextTry = now + TRY_EVERY_MS
    this.#isFull = !this.#folded()
    return !this.#isFull
  }

  /** Why nothing can be written, null when it is worth a try. */
  refusal(): StoreError | null {
    if (!this.#isFull || this.foldLog()) return null
    const room = Math.max(Math.ceil(this.#missingBytes() / MB), 1)
    return new StoreError('full', `the disk with the queue file is full, make at least ${room} MB of room on it`)
  }

  #folded(): boolean {
    try {
      const { log, checkpointed } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}
      if (Number(log) < 0 || log !== checkpointed) return false
      this.#limitLog()
      return true
    } catch {
      return false
    }
  }

  #limitLog() {
    const { bavail, bsize } = statfsSync(dirname(this.#path))
    const pages = Math.floor((bavail * bsize * PART_FOR_LOG) / this.#pragma('page_size'))
    const limit = Math.min(Math.max(pages, LEAST_LOG_PAGES), this.#logPages)
    this.#db.exec(`PRAGMA wal_autocheckpoint = ${limit}`)
  }

  /** What the file grows by when the log is folded into it. */
  #missingBytes(): number {
    try {
      return this.#pragma('page_count') * this.#pragma('page_size') - statSync(this.#path).size
    } catch {
      // Locked, or lost: it is the full disk that is told of.
      return 0
    }
  }

  #pragma(name: 'wal_autocheckpoint' | 'page_size' | 'page_count'): number {
    return Number(Object.values(this.#db.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  }
}
