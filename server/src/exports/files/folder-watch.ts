import { randomUUID } from 'node:crypto'
import { open, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from './disk-errors.ts'

/** How often the disk is tried. Each trial waits for the disk once, so more often would be a load of its own. */
const TRY_EVERY_MS = 5000

/** What is written: a page, which needs a block of the disk and not only an entry of the folder. */
const TRIAL = Buffer.alloc(4096, 'queue-ops ')

/** A disk that is busy with an export answers within a second; one that has not after this long, hangs. */
const HANGS_MS = 4000

/** How a folder was when it was last tried. */
export interface FolderState {
  /** Null when that cannot be told. */
  freeBytes: number | null
  /** Why nothing can be written there, as the end of a sentence that begins with the folder, without its path; else null. */
  problem: string | null
}

/**
 * Tries now and then whether files can be made in a folder as exports make them: write, wait for the disk, rename, remove. A
 * disk that hangs holds up nothing but the next trial, and is told too.
 */
export class FolderWatch {
  readonly #folder: string
  readonly #ending: string
  #timer: NodeJS.Timeout
  #state: FolderState = { freeBytes: null, problem: null }
  #began: number | null = null
  #trial: Promise<void> = Promise.resolve()

  /** @param ending of temporary files in this folder, by which what a dead process left there is swept */
  constructor(folder: string, ending: '.part' | '.copy') {
    this.#folder = folder
    this.#ending = ending
    this.#timer = setInterval(() => this.#try(), TRY_EVERY_MS)
    this.#try()
  }

  get state(): FolderState {
    const heldMs = this.#began === null ? 0 : performance.now() - this.#began
    if (heldMs < HANGS_MS) return this.#state
    return { ...this.#state, problem: `its disk has not answered for ${Math.floor(heldMs / 1000)} s` }
  }

  /** Waits for a trial at hand, unless the disk hangs. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, HANGS_MS)
    await Promise.race([this.#trial, late])
    clearTimeout(timer)
  }

  #try() {
    if (this.#began !== null) return
    this.#began = performance.now()
    this.#trial = this.#look().then((state) => {
      this.#state = state
      this.#began = null
    })
  }

  async #look(): Promise<FolderState> {
    const freeBytes = await statfs(this.#folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    )
    return { freeBytes, problem: await this.#writing() }
  }

  async #writing(): Promise<string | null> {
    const [written, renamed] = [this.#name(), this.#name()]
    try {
      const file = await open(written, 'wx', 0o600)
      try {
        await file.writeFile(TRIAL)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(written, renamed)
      await rm(renamed)
      return null
    } catch (error) {
      await rm(written, { force: true }).catch(() => undefined)
      return problemOf(error)
    }
  }

  #name() {
    return join(this.#folder, `.trial.${randomUUID()}${this.#ending}`)
  }
}

/** Several folders as one: the least room, the first problem. */
export const worstOf = (states: FolderState[]): FolderState => {
  const free = states.map(({ freeBytes }) => freeBytes).filter((bytes) => bytes !== null)
  return {
    freeBytes: free.length > 0 ? Math.min(...free) : null,
    problem: states.map(({ problem }) => problem).find((problem) => problem !== null) ?? null,
  }
}

const problems: Partial<Record<string, string>> = {
  EROFS: 'it is read-only',
  EACCES: 'the worker may not write to it',
  EPERM: 'the worker may not write to it',
  ENOENT: 'it is gone',
  ENOTDIR: 'it is gone',
  ESTALE: 'it is gone',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk is full',
}

function problemOf(error: unknown): string {
  const code = systemCode(error) ?? 'for a reason unknown'
  return problems[code] ?? `its disk refuses it (${code})`
}
