import { DatabaseSync } from 'node:sqlite'
import type { JobType, Queue } from 'bullmq'
import { CANARY_ID } from '../../queue/canary-job.ts'

const PAGE = 2000

/** Jobs that leave a state move those behind them forward: so many may leave between two pages without one being missed. */
const OVERLAP = 1000

/** The states of jobs in the order in which jobs pass them. */
export const jobStates = [
  'waiting-children',
  'delayed',
  'prioritized',
  'waiting',
  'active',
  'completed',
  'failed',
] as const satisfies JobType[]

const OVER = new Set<JobType>(['completed', 'failed'])

/** A text that sorts before every id. */
const BEFORE_ALL = ''

/**
 * The ids of the jobs of a queue as they were when they were listed, each once, in their order. They are kept in a
 * temporary file: a queue may hold more than memory does.
 */
export class JobIds {
  readonly #db = new DatabaseSync('')
  readonly #insert
  readonly #known

  constructor() {
    this.#db.exec('CREATE TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN')
    this.#insert = this.#db.prepare('INSERT OR IGNORE INTO ids VALUES (?)')
    this.#known = this.#db.prepare('SELECT 1 FROM ids WHERE id = ?')
  }

  /**
   * Lists the jobs that are in one of these states. One that is not removed meanwhile is found, wherever it moves: states
   * are looked through in the order in which jobs pass them, and those from which a job may have come back once more. The
   * canary is no job of anybody's.
   */
  async collect(queue: Queue, states: readonly JobType[]): Promise<void> {
    await this.#collectAll(queue, states)
    this.#db.prepare('DELETE FROM ids WHERE id = ?').run(CANARY_ID)
  }

  async #collectAll(queue: Queue, states: readonly JobType[]) {
    for (const state of states) await this.#collectState(queue, state)
    if (states.length < jobStates.length) return
    for (const state of states.filter((state) => !OVER.has(state))) await this.#collectState(queue, state)
  }

  count(from: string | null): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM ids WHERE id >= ?').get(from ?? BEFORE_ALL)?.['n'])
  }

  /** The first ids from `from` on, that one included. */
  pageFrom(from: string | null, limit: number): string[] {
    return this.#page('id >= ?', from ?? BEFORE_ALL, limit)
  }

  pageBehind(id: string, limit: number): string[] {
    return this.#page('id > ?', id, limit)
  }

  #page(condition: string, id: string, limit: number): string[] {
    const rows = this.#db.prepare(`SELECT id FROM ids WHERE ${condition} ORDER BY id LIMIT ?`).all(id, limit)
    return rows.map((row) => String(row['id']))
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  async #collectState(queue: Queue, state: JobType) {
    let from = 0
    for (let back = OVERLAP; ;) {
      const ids = await queue.getRanges([state], from, from + PAGE - 1, true)
      // The first of these should be one of the page before: else more have left than overlap, and some may be missing.
      if (from > 0 && (ids[0] === undefined || !this.#known.get(ids[0]))) {
        from = Math.max(0, from - back)
        back *= 2
        continue
      }
      for (const id of ids) this.#insert.run(id)
      if (ids.length < PAGE) return
      from += PAGE - OVERLAP
      back = OVERLAP
    }
  }
}
