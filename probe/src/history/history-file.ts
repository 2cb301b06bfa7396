import { existsSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { IN_MEMORY, openFile, Unusable } from './open-file.ts'
import { isDamage, isFull, wordsOf } from './sqlite-problem.ts'

/** Results that could not be written wait here; the oldest are given up. */
const MAX_WAITING_RESULTS = 2000
/** On a disk that stays full the log is folded into the file no more often than this. */
const FOLD_EVERY_MS = 10_000
/** A file that could not be had is asked for again no more often than this. */
const OPEN_EVERY_MS = 10_000
/** Whether the file is still there is looked at so often. */
const LOOK_EVERY_MS = 5000
/** A new file is begun in place of a damaged one no more often than this. */
const BEGIN_EVERY_MS = 600_000

export type Row = Record<string, SQLOutputValue>

/** The open file, for the functions that know its tables. */
export interface Tables {
  run(sql: string, ...values: SQLInputValue[]): number
  all(sql: string, ...values: SQLInputValue[]): Row[]
}

/** A change to the file. It is tried again until it succeeds, so it must do no harm to do it twice. */
export type Change = (tables: Tables) => void

interface Surroundings {
  now(): Date
  complain(sentence: string): void
  /** Whether there is a time to come in which what is missing is written; else {@link HistoryFile.problem} is all that is said. */
  isLasting: boolean
  /** A new file was begun in the place of a damaged one: what is to be in it has to be written again. */
  onNewFile(): void
}

/**
 * The history as a file that may fail: what cannot be written is kept in memory and written later, and nothing rejects. That
 * it fails, and that it works again, is complained of once.
 */
export class HistoryFile implements Tables {
  readonly path: string
  readonly #world: Surroundings
  #db: DatabaseSync
  #statements = new Map<string, StatementSync>()
  #results: Change[] = []
  /** By what they write: a later one takes the place of an earlier one. */
  #states = new Map<string, Change>()
  #problem: string | null = null
  /** Whether it is one in memory that stands in for the file. */
  #isSubstitute = false
  #openAgainAt = 0
  #lookAgainAt = 0
  #foldAgainAt = 0
  #beginAgainAt = 0
  #closed = false

  /** Throws OwnFault when it cannot be had. */
  constructor(path: string, world: Surroundings) {
    this.path = path
    this.#world = world
    this.#db = this.#open()
  }

  /** Why it is not being written, null while it is. */
  get problem(): string | null {
    return this.#problem
  }

  /** Writes a result together with what follows from it: all of it or nothing. */
  save(result: Change | null, states: Iterable<[key: string, change: Change]>): void {
    if (result !== null) this.#results.push(result)
    for (const [key, change] of states) {
      this.#states.delete(key)
      this.#states.set(key, change)
    }
    if (this.#results.length > MAX_WAITING_RESULTS) this.#results.shift()
    this.flush()
  }

  /** Writes what is waiting. */
  flush(): void {
    if (this.#closed || (this.#results.length === 0 && this.#states.size === 0)) return
    this.#openAgain()
    this.#lookForFile()
    try {
      this.#commit()
    } catch (error) {
      this.#rollBack()
      if (isDamage(error)) return this.#beginAnew(error)
      if (isFull(error) && this.#foldLog() && this.#triedAgain()) return
      this.#fails(error)
    }
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  /** Reads for somebody else. Throws when that is not possible, for a reason that {@link problem} tells. */
  read<T>(query: (tables: Tables) => T): T {
    try {
      return query(this)
    } catch (error) {
      if (isDamage(error)) this.#beginAnew(error)
      throw error
    }
  }

  close(): void {
    if (this.#closed) return
    this.flush()
    this.#closed = true
    this.#db.close()
  }

  #commit() {
    this.#db.exec('BEGIN IMMEDIATE')
    for (const change of this.#results) change(this)
    for (const change of this.#states.values()) change(this)
    this.#db.exec('COMMIT')
    this.#results = []
    this.#states.clear()
    if (this.#isSubstitute) return
    if (this.#problem !== null) this.#world.complain('the history is being written again')
    this.#problem = null
  }

  #triedAgain(): boolean {
    try {
      this.#commit()
      return true
    } catch {
      this.#rollBack()
      return false
    }
  }

  #rollBack() {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    } catch {
      // The error that led here is the one to tell.
    }
  }

  /** The log cannot grow on a full disk, but folded into the file it is written from its beginning again. */
  #foldLog(): boolean {
    const now = performance.now()
    if (now < this.#foldAgainAt) return false
    this.#foldAgainAt = now + FOLD_EVERY_MS
    try {
      const row = this.#db.prepare('PRAGMA wal_checkpoint(RESTART)').get() ?? {}
      return row['busy'] === 0
    } catch {
      return false
    }
  }

  #fails(error: unknown) {
    const problem = wordsOf(error)
    if (problem === this.#problem) return
    this.#problem = problem
    if (!this.#world.isLasting) return
    this.#world.complain(
      `the history ${this.path} cannot be written: ${problem}; probing and alerts go on, and what is missing is written when that is over`,
    )
  }

  #beginAnew(damage: unknown) {
    const now = performance.now()
    // A disk that damages every file would have it filled with them.
    if (now < this.#beginAgainAt) return this.#fails(damage)
    this.#beginAgainAt = now + BEGIN_EVERY_MS
    try {
      this.#statements.clear()
      this.#db.close()
    } catch {
      // It is damaged: that it cannot be closed properly is no surprise.
    }
    this.#db = this.#open()
    this.#world.onNewFile()
  }

  /** A file that somebody deletes is written to no end, and gone when the probe ends. */
  #lookForFile() {
    const now = performance.now()
    if (this.path === IN_MEMORY || this.#isSubstitute || now < this.#lookAgainAt) return
    this.#lookAgainAt = now + LOOK_EVERY_MS
    if (existsSync(this.path)) return
    this.#statements.clear()
    this.#db.close()
    this.#db = this.#open()
    this.#world.onNewFile()
    this.#world.complain(`the history ${this.path} was deleted: a new one is begun`)
  }

  /** The file, or one in memory in its place while the disk does not give it. */
  #open(): DatabaseSync {
    try {
      const { db, putAside } = openFile(this.path, this.#world.now())
      this.#isSubstitute = false
      if (putAside !== null) {
        this.#world.complain(`the history was damaged: it is kept as ${putAside}, and a new one is begun`)
      }
      return db
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      this.#isSubstitute = true
      this.#openAgainAt = performance.now() + OPEN_EVERY_MS
      if (this.#problem === null && this.#world.isLasting) {
        const sentence = `the history ${this.path} cannot be opened: ${error.message}`
        this.#world.complain(`${sentence}; it is kept in memory until it can be`)
      }
      this.#problem = error.message
      return openFile(IN_MEMORY, this.#world.now()).db
    }
  }

  /** What is only in memory is lost but for the state of the targets, which is written anew. */
  #openAgain() {
    if (!this.#isSubstitute || performance.now() < this.#openAgainAt) return
    this.#openAgainAt = performance.now() + OPEN_EVERY_MS
    try {
      const { db } = openFile(this.path, this.#world.now())
      this.#statements.clear()
      this.#db.close()
      this.#db = db
      this.#isSubstitute = false
    } catch {
      return
    }
    this.#world.onNewFile()
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
