import { counterOf, type State } from './state.ts'
import type { Transaction } from './transaction.ts'

/** What `meta` holds when nothing was set: every event stream keeps about 10,000 events (BullMQ's default). */
const DEFAULT_MAX_EVENTS = 10_000

type Counter = (typeof counterOf)[State]

interface StoredQueue extends Record<Counter, number> {
  id: number
  meta: string
  last_job: number
  last_event: number
  front: number
  back: number
  last_priority: number
  limiter_count: number
  limiter_until: number
  stalled_check_until: number
  paused_at: number
}

const columns = [
  'meta',
  'last_job',
  'last_event',
  'front',
  'back',
  'last_priority',
  'limiter_count',
  'limiter_until',
  'stalled_check_until',
  'paused_at',
  ...Object.values(counterOf),
] as const

const empty = Object.fromEntries(columns.map((column) => [column, column === 'meta' ? '{}' : 0]))
const load = 'SELECT * FROM queue WHERE name = ?'
const counts = 'SELECT state, count(*) AS jobs FROM job WHERE queue = ? GROUP BY state'
const insert = 'INSERT INTO queue (name) VALUES (?)'
const update = `UPDATE queue SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`

/** One queue within a transaction: its counters, settings and limiter, read once and written once. */
export class QueueRow {
  readonly name: string
  readonly #tx: Transaction
  readonly #row: StoredQueue
  #dirty = false
  #meta: Record<string, string> | undefined

  static load(tx: Transaction, name: string): QueueRow {
    const row = tx.sql(load).get(name) ?? { id: 0, ...empty }
    return new QueueRow(tx, name, row as unknown as StoredQueue)
  }

  private constructor(tx: Transaction, name: string, row: StoredQueue) {
    this.#tx = tx
    this.name = name
    this.#row = row
  }

  /** The number that the rows of this queue carry; 0, which no row carries, as long as nothing was ever put into it. */
  get id(): number {
    return this.#row.id
  }

  /** The number for writing: makes the queue when this is the first thing that it holds. */
  ensure(): number {
    if (this.#row.id === 0) this.#row.id = Number(this.#tx.sql(insert).run(this.name).lastInsertRowid)
    this.#dirty = true
    return this.#row.id
  }

  count(state: State): number {
    return this.#row[counterOf[state]]
  }

  /** Counts one job (or `by`) out of a state and into another; null stands for not being there. */
  moved(from: State | null, to: State | null, by = 1): void {
    if (from !== null) this.#row[counterOf[from]] -= by
    if (to !== null) this.#row[counterOf[to]] += by
    this.#dirty = true
  }

  /** Counts its jobs anew, for counts that do not agree with them. */
  recount(): void {
    for (const counter of Object.values(counterOf)) this.#row[counter] = 0
    const rows = this.#tx.sql(counts).all(this.#row.id)
    for (const row of rows) this.#row[counterOf[Number(row['state']) as State]] = Number(row['jobs'])
    this.#dirty = true
  }

  nextJobId(): number {
    this.#dirty = true
    return ++this.#row.last_job
  }

  nextEventId(): number {
    this.#dirty = true
    return ++this.#row.last_event
  }

  get lastEventId(): number {
    return this.#row.last_event
  }

  /** A place behind all that wait. */
  nextBack(): number {
    this.#dirty = true
    return ++this.#row.back
  }

  /** A place before all that wait. */
  nextFront(): number {
    this.#dirty = true
    return --this.#row.front
  }

  nextPriority(): number {
    this.#dirty = true
    return ++this.#row.last_priority
  }

  get meta(): Readonly<Record<string, string>> {
    this.#meta ??= JSON.parse(this.#row.meta) as Record<string, string>
    return this.#meta
  }

  setMeta(meta: Record<string, string>): void {
    this.#meta = meta
    this.#row.meta = JSON.stringify(meta)
    this.ensure()
  }

  get maxEvents(): number {
    return Number(this.meta['opts.maxLenEvents'] ?? DEFAULT_MAX_EVENTS)
  }

  get paused(): boolean {
    return this.meta['paused'] !== undefined
  }

  /** When it was paused last, in milliseconds since 1970; null when that is not known. */
  get pausedAt(): number | null {
    return this.#row.paused_at || null
  }

  setPausedAt(time: number): void {
    this.#row.paused_at = time
    this.ensure()
  }

  /** The number of the last job that was added, refused or not. */
  get lastJob(): number {
    return this.#row.last_job
  }

  /** Whether as many jobs are active as the queue allows over all workers. */
  get maxed(): boolean {
    const concurrency = this.meta['concurrency']
    return concurrency !== undefined && this.#row.active >= Number(concurrency)
  }

  /** The rate limit's window: how many were taken in it, and when it ends (ms since 1970). */
  get limiter(): { count: number; until: number } {
    return { count: this.#row.limiter_count, until: this.#row.limiter_until }
  }

  setLimiter(count: number, until: number): void {
    this.#row.limiter_count = count
    this.#row.limiter_until = Math.min(Math.floor(until), Number.MAX_SAFE_INTEGER)
    this.ensure()
  }

  get stalledCheckUntil(): number {
    return this.#row.stalled_check_until
  }

  setStalledCheckUntil(until: number): void {
    this.#row.stalled_check_until = Math.min(Math.floor(until), Number.MAX_SAFE_INTEGER)
    this.ensure()
  }

  /** Forgets everything but its number and its last event, whose successors readers wait for. */
  reset(): void {
    const { id, last_event } = this.#row
    Object.assign(this.#row, empty, { id, last_event })
    this.#meta = undefined
    this.#dirty = true
  }

  /** Writes the row when it has changed and tells whether it had. */
  save(): boolean {
    if (!this.#dirty || this.#row.id === 0) return false
    this.#tx.sql(update).run(...columns.map((column) => this.#row[column]), this.#row.id)
    this.#dirty = false
    return true
  }
}
