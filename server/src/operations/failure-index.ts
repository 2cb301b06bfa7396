import type { Queue } from 'bullmq'
import { askStore } from '../queue/ask-store.ts'
import type { DeadBeginning, DeadLetterStore, Death, Span } from '../queue/dead-letter-store.ts'
import { keyOf } from './error-masks.ts'
import { readAhead, type Chunk, type Piece } from './read-ahead.ts'
import { isNameable, LONGEST_JOB_ID } from './nameable.ts'
import { KnownGroups, NO_GROUP, type KnownGroup } from './known-groups.ts'

/** How much is known of a queue at most: the newest dead letters, each of which takes about 100 bytes. */
export interface Bounds {
  deaths: number
  /** Of all ids together, which may be as long as producers like. */
  idChars: number
}

const defaultBounds: Bounds = { deaths: 1_000_000, idChars: 64_000_000 }

/**
 * Which error each dead letter of a queue has. It is brought up to date by counting the dead letters of spans of time: only
 * spans with another number than before are read again, and of these only reasons that are new. The newest span is always
 * compared, and with each update an older one in turn, since one may have come while another has gone.
 */
export class FailureIndex {
  readonly #queue: Queue
  readonly #deadLetters: DeadLetterStore
  readonly #bounds: Bounds
  readonly #groups = new KnownGroups()
  #chunks: Chunk[] = [{ from: -Infinity, deaths: [], groups: [] }]
  #turn = 0
  #known = 0
  #idChars = 0
  #unnamed = 0
  #older = 0
  #total = 0
  #looked = 0

  constructor(queue: Queue, deadLetters: DeadLetterStore, bounds = defaultBounds) {
    this.#queue = queue
    this.#deadLetters = deadLetters
    this.#bounds = bounds
  }

  /** So many dead letters are known. */
  get known(): number {
    return this.#known
  }

  /** So many of them can only be handled by group or filter, since nobody can give their ids. */
  get unnamed(): number {
    return this.#unnamed
  }

  /** Dead letters that the queue had when it was brought up to date, or when that began. */
  get total(): number {
    return this.#total
  }

  /** So many are not, since they are too old. */
  get older(): number {
    return this.#older
  }

  /** So many reasons were looked into since it was made. */
  get looked(): number {
    return this.#looked
  }

  /** Visits each, the oldest first, with the place of its group, which is none for what came when there were too many. */
  each(visit: (death: Death, place: number) => void): void {
    for (const { deaths, groups } of this.#chunks)
      for (let at = 0; at < deaths.length; at += 1) {
        const death = deaths[at]
        if (death) visit(death, groups[at] ?? NO_GROUP)
      }
  }

  at(place: number): KnownGroup | null {
    return this.#groups.at(place)
  }

  /** Those of a group, the oldest first. */
  deathsOf(group: string): Death[] {
    const place = this.#groups.find(group)
    if (place === NO_GROUP) return []
    return this.#chunks.flatMap(({ deaths, groups }) => deaths.filter((_death, at) => groups[at] === place))
  }

  /** Brings it up to date. Rejects with OpsError `store_unavailable`; what was read by then stays. */
  async update(): Promise<void> {
    const counts = await this.#count()
    this.#turn = (this.#turn + 1) % this.#chunks.length
    const looked = new Set([this.#chunks.at(-1), this.#chunks[this.#turn]])
    const changed = this.#chunks.filter((chunk, at) => looked.has(chunk) || counts[at] !== chunk.deaths.length)
    for (const chunk of changed) await this.#readAgain(chunk)
    this.#joinEmpty()
    this.#total = this.#known + this.#older
  }

  /** How many each chunk should have; before that there are as many chunks as there may be. */
  async #count(): Promise<number[]> {
    const { counts, older, total } = await this.#countIn()
    const first = this.#chunks[0]
    const tooMany = total - this.#bounds.deaths
    if (first && tooMany > 0 && total - older > this.#bounds.deaths) await this.#leaveOut(tooMany)
    else if (first && older > 0 && tooMany <= 0 && this.#idChars < this.#bounds.idChars / 2) first.from = -Infinity
    else return counts
    return (await this.#countIn()).counts
  }

  async #countIn() {
    const spans = this.#chunks.map((_chunk, at) => this.#spanAt(at))
    const first = spans[0]?.from ?? 0
    // Before the very first time is nothing, also when somebody made up a death at it.
    const before = first === -Infinity ? { from: 0, to: -1 } : { from: -Infinity, to: first - 1 }
    const answer = await askStore(this.#queue, () => this.#deadLetters.countIn([before, ...spans]))
    this.#older = answer[0] ?? 0
    this.#total = answer.at(-1) ?? 0
    return { counts: answer.slice(1, -1), older: this.#older, total: this.#total }
  }

  #spanAt(at: number): Span {
    const next = this.#chunks[at + 1]
    return { from: this.#chunks[at]?.from ?? -Infinity, to: next ? next.from - 1 : Infinity }
  }

  /** Knows no more of so many of the oldest. */
  async #leaveOut(count: number) {
    const range = { from: -Infinity, skip: count, to: Infinity }
    const [oldest] = await askStore(this.#queue, () => this.#deadLetters.page(range, 1))
    if (!oldest) return
    while (this.#chunks[1] && this.#chunks[1].from <= oldest.failedAt) this.#put(0, [])
    const [first] = this.#chunks
    if (first) first.from = Math.max(first.from, oldest.failedAt)
  }

  /**
   * Reads a chunk anew piece by piece, so that what is read can be told before all is. The store reads the next piece while this
   * process looks into one.
   */
  async #readAgain(chunk: Chunk) {
    const { to } = this.#spanAt(this.#chunks.indexOf(chunk))
    const readers = { queue: this.#queue, deadLetters: this.#deadLetters }
    for await (const { before, piece, added, later } of readAhead(readers, chunk, to)) {
      // A part of what was left out meanwhile, since there was too much.
      const at = this.#chunks.indexOf(before)
      if (at < 0) return
      const read = { ...piece, groups: this.#groupsOf(piece, added) }
      this.#put(at, later ? [read, later] : [read])
      this.#boundIds()
    }
  }

  #groupsOf({ groups }: Piece['piece'], added: readonly (DeadBeginning | null)[]): number[] {
    this.#looked += added.length
    let next = 0
    return groups.map((known) => {
      if (known !== null) return known
      const job = added[next++]
      // One that is gone by now will not be there with the next update.
      return job ? this.#groups.placeOf(keyOf(job.reason), job.name) : NO_GROUP
    })
  }

  /** Puts these in the place of a chunk. */
  #put(at: number, chunks: Chunk[]) {
    const removed = this.#chunks.splice(at, 1, ...chunks)
    for (const { deaths, groups } of chunks) this.#tally(deaths, groups, 1)
    for (const { deaths, groups } of removed) this.#tally(deaths, groups, -1)
  }

  #tally(deaths: readonly Death[], groups: readonly number[], change: 1 | -1) {
    this.#known += change * deaths.length
    for (const { jobId } of deaths) {
      this.#idChars += change * jobId.length
      if (!isNameable(jobId, LONGEST_JOB_ID)) this.#unnamed += change
    }
    this.#groups.count(groups, change)
  }

  #boundIds() {
    while (this.#idChars > this.#bounds.idChars && this.#chunks.length > 1) {
      this.#older += this.#chunks[0]?.deaths.length ?? 0
      this.#put(0, [])
    }
  }

  /** What is between two chunks belongs to the first of them, and what is older than all to the oldest. */
  #joinEmpty() {
    const floor = this.#chunks[0]?.from ?? -Infinity
    const full = this.#chunks.filter(({ deaths }) => deaths.length > 0)
    const [first] = full
    if (first) first.from = floor
    this.#chunks = first ? full : [{ from: floor, deaths: [], groups: [] }]
  }
}
