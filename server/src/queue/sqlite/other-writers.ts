import { watch, type FSWatcher } from 'node:fs'

/**
 * After a sign of life in the log file: the commit that caused it becomes visible a moment later, through shared memory,
 * of which nobody is told. So several looks follow, after so many milliseconds each.
 */
const LOOKS_MS = [0, 1, 2, 4, 8, 16]

/** For file systems that do not tell of changes. A timer that goes off costs ~0.1 ms of CPU, so it is not a fast one. */
const SAFETY_LOOK_MS = 100

/**
 * Notices commits of other connections to a database file, within a few milliseconds and at hardly any cost while nothing
 * happens. `dataVersion` has to give SQLite's `PRAGMA data_version`, which is the truth; the file's changes are only a
 * hint to look at it.
 */
export class OtherWriters {
  readonly #logFile: string
  readonly #dataVersion: () => number
  readonly #onChange: () => void
  #hints: FSWatcher | undefined
  #safety: NodeJS.Timeout | undefined
  #next: NodeJS.Timeout | undefined
  #seen = 0

  constructor(databasePath: string, dataVersion: () => number, onChange: () => void) {
    this.#logFile = `${databasePath}-wal`
    this.#dataVersion = dataVersion
    this.#onChange = onChange
  }

  start(): void {
    this.#seen = this.#readVersion()
    this.#safety = setInterval(() => this.#look(), SAFETY_LOOK_MS)
    try {
      this.#hints = watch(this.#logFile, () => this.#lookSeveralTimes())
      this.#hints.on('error', () => this.#dropHints())
    } catch {
      this.#dropHints()
    }
  }

  stop(): void {
    clearInterval(this.#safety)
    clearTimeout(this.#next)
    this.#next = undefined
    this.#dropHints()
  }

  #dropHints() {
    this.#hints?.close()
    this.#hints = undefined
  }

  #lookSeveralTimes(at = 0) {
    if (at === 0 && this.#next) return
    this.#next = undefined
    const pauseMs = LOOKS_MS[at]
    if (pauseMs === undefined) return
    this.#next = setTimeout(() => {
      if (this.#look()) this.#next = undefined
      else this.#lookSeveralTimes(at + 1)
    }, pauseMs)
  }

  /** A file that cannot be read any more counts as changed: who waits then reads it himself and is told what is wrong. */
  #readVersion(): number {
    try {
      return this.#dataVersion()
    } catch {
      return Number.NaN
    }
  }

  #look(): boolean {
    const version = this.#readVersion()
    if (version === this.#seen) return false
    this.#seen = version
    this.#onChange()
    return true
  }
}
