import type { DependenciesOpts, JobJson, JobType } from 'bullmq'
import { BackendBase } from './backend-base.ts'
import { listClients } from './clients.ts'
import * as deadLetters from './dead-letters.ts'
import { holderOf } from './dedup.ts'
import { Dependency } from './dependencies.ts'
import { keepsEvent } from './events.ts'
import * as inspecting from './inspecting.ts'
import { readMetrics, type Outcome } from './metrics.ts'
import { bookOf, readNotes, readTallies } from './notes.ts'
import { fileFacts, type FileFacts } from './file-facts.ts'
import { queueFacts, type Bounds } from './queue-facts.ts'
import { queueInShort } from './queue-in-short.ts'
import { findScheduler } from './scheduler-rows.ts'
import { State } from './state.ts'
import { StoreError, whyNoWrite, type StoreProblem } from './store-error.ts'
import { limitedFor } from './taking.ts'
import { readTexts } from './texts.ts'
import { readLog } from './updating.ts'

/** What keeps from writing and not from reading. */
const passing: StoreProblem[] = ['busy', 'full', 'readonly']

/** What a backend tells without changing anything. */
export abstract class ReadingBackend extends BackendBase {
  // ── inspecting ──────────────────────────────────────────────────────────────────────────────────────────────────

  getState(jobId: string) {
    return this.read((tx, queue) => inspecting.stateOf(tx, queue, jobId))
  }

  isFinished(jobId: string, returnValue = false): Promise<number | [number, string]> {
    return this.read((tx, queue) => inspecting.isFinished(tx, queue, jobId, returnValue))
  }

  isMaxed(): Promise<boolean> {
    return this.read((_tx, queue) => queue.maxed)
  }

  isJobInState(state: string, jobId: string): Promise<boolean> {
    return this.read((tx, queue) => inspecting.isInState(tx, queue, jobId, state))
  }

  getJobData(jobId: string): Promise<JobJson | undefined> {
    return this.read((tx, queue) => inspecting.readJob(tx, queue, jobId))
  }

  getDeduplicationJobId(deduplicationId: string): Promise<string | null> {
    return this.read((tx, queue) => holderOf(tx, queue, deduplicationId, Date.now())?.jobId ?? null)
  }

  getJobLogs(jobId: string, start: number, end: number, asc: boolean) {
    return this.read((tx, queue) => readLog(tx, queue, jobId, start, end, asc))
  }

  getRateLimitTtl(maxJobs?: number): Promise<number> {
    return this.read((_tx, queue) => {
      const now = Date.now()
      const max = maxJobs || (queue.meta['max'] === undefined ? undefined : Number(queue.meta['max']))
      if (max !== undefined) return limitedFor(queue, max, now)
      // -2 is how Redis says that there is no window.
      return queue.limiter.until > now ? queue.limiter.until - now : -2
    })
  }

  getCounts(types: JobType[], delayedTimestamp?: number): Promise<number[]> {
    return this.read((tx, queue) => inspecting.countJobs(tx, queue, types, delayedTimestamp))
  }

  getCountsPerPriority(priorities: number[]): Promise<number[]> {
    return this.read((tx, queue) => inspecting.countByPriority(tx, queue, priorities))
  }

  getRanges(types: JobType[], start = 0, end = 1, asc = false): Promise<[string][]> {
    const read = this.read((tx, queue) => types.map((type) => inspecting.idsIn(tx, queue, type, start, end, asc)))
    return read as Promise<string[][]> as Promise<[string][]>
  }

  getDependencyCounts(jobId: string, types: string[]): Promise<number[]> {
    return this.read((tx, queue) => inspecting.countDependencies(tx, queue, jobId, types))
  }

  getDependencies(jobId: string, opts: DependenciesOpts = {}) {
    return this.read((tx, queue) => inspecting.readDependencies(tx, queue, jobId, opts))
  }

  getProcessedChildrenValues(jobId: string): Promise<Record<string, string>> {
    return this.read((tx, queue) => inspecting.dependencyValues(tx, queue, jobId, Dependency.processed))
  }

  getIgnoredChildrenFailures(jobId: string): Promise<Record<string, string>> {
    return this.read((tx, queue) => inspecting.dependencyValues(tx, queue, jobId, Dependency.ignored))
  }

  getMetrics(type: Outcome, start = 0, end = -1): Promise<[string[], string[], number]> {
    return this.read((tx, queue) => readMetrics(tx, queue, type, start, end))
  }

  /** Whether the event with this id is still there. */
  keepsEvent(id: string): Promise<boolean> {
    return this.read((tx, queue) => keepsEvent(tx, queue, Number(id)))
  }

  /**
   * What there is to know of the file. It takes the lock that writing takes, so that it fails when nobody could write.
   * Rejects with StoreError.
   */
  inspectFile(): Promise<FileFacts> {
    const { database, integrity } = this.file
    return this.write((tx) => fileFacts(tx, database.path, integrity.latest(Date.now())))
  }

  /**
   * What processes have left under names, not older than `keptMs`, and the running numbers.
   *
   * @param book see {@link bookOf}
   * @param start only notes whose names start so
   */
  readNotes(keptMs: number, { book, start }: { book?: string; start?: string } = {}) {
    return this.read((tx) => {
      const now = Date.now()
      const notes = readNotes(tx, bookOf(this.qualifiedName, book), now, keptMs, start)
      return { now, notes, tallies: readTallies(tx, this.qualifiedName) }
    })
  }

  newestDeadLetters(limit: number): Promise<deadLetters.Death[]> {
    return this.read((tx, queue) => deadLetters.newest(tx, queue, limit))
  }

  /** The newest with what a list shows of them. */
  latestDeadLetters(limit: number) {
    return this.read((tx, queue) => deadLetters.latest(tx, queue, limit))
  }

  /** In the order in which they failed. */
  pageOfDeadLetters(range: deadLetters.Range, limit: number): Promise<deadLetters.Death[]> {
    return this.read((tx, queue) => deadLetters.page(tx, queue, range, limit))
  }

  countDeadLetters(): Promise<number> {
    return this.read((_tx, queue) => queue.count(State.failed))
  }

  /** How many each span has, and all together. */
  countDeadLettersIn(spans: readonly Omit<deadLetters.Range, 'skip'>[]): Promise<number[]> {
    return this.read((tx, queue) => [
      ...spans.map((span) => deadLetters.countIn(tx, queue, span)),
      queue.count(State.failed),
    ])
  }

  /** Of these jobs the ones that are delayed, with when they are due. */
  findDelayed(jobIds: readonly string[]): Promise<deadLetters.Death[]> {
    return this.read((tx, queue) => jobIds.flatMap((id) => deadLetters.findDelayed(tx, queue, id)))
  }

  findDeadLetters(jobIds: readonly string[]): Promise<deadLetters.Death[]> {
    return this.read((tx, queue) => jobIds.flatMap((id) => deadLetters.find(tx, queue, id) ?? []))
  }

  /** Of each its name and reason, null for one that is gone. */
  readDeadLetters(jobIds: readonly string[]): Promise<({ name: string; reason: string } | null)[]> {
    return this.read((tx, queue) => jobIds.map((id) => deadLetters.read(tx, queue, id)))
  }

  /** The same with only the beginnings of both. */
  readBeginningsOfDeadLetters(
    jobIds: readonly string[],
    length: number,
  ): Promise<({ name: string; reason: string; reasonLength: number } | null)[]> {
    return this.read((tx, queue) => jobIds.map((id) => deadLetters.readBeginning(tx, queue, id, length)))
  }

  /** What people wrote in the jobs of a state. */
  readTexts(state: string, from: string | null, most: number, chars: number) {
    return this.read((tx, queue) => readTexts(tx, queue, state, from, most, chars))
  }

  tallyDeadLetters(operation: string): Promise<deadLetters.Tally | null> {
    return this.read((tx) => deadLetters.tallyOf(tx, operation))
  }

  /** The names of all queues of this prefix. */
  listQueues(): Promise<string[]> {
    const start = `${this.who.prefix}:`
    return this.read((tx) =>
      tx
        .sql('SELECT name FROM queue WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name')
        .all(start)
        .map((row) => String(row['name']).slice(start.length))
        .filter((name) => !name.includes(':')),
    )
  }

  /** Queues of this prefix as they are at one moment, one job left out. */
  readSeveral(names: readonly string[], bounds: Bounds, without: string) {
    const { prefix } = this.who
    return this.read((tx) =>
      names.map((name) => ({ name, ...queueInShort(tx, tx.queue(`${prefix}:${name}`), bounds, without) })),
    )
  }

  /** What is to be known of the queue beyond its counts, one job left out. */
  readFacts(bounds: Bounds, without = '') {
    return this.read((tx, queue) => queueFacts(tx, queue, bounds, without, Date.now()))
  }

  /**
   * Why nothing can be written at the moment, in words without paths; null when a transaction that writes could begin and the
   * disk has room. Rejects with StoreError for what keeps from reading too.
   */
  async whyNotWritable(): Promise<string | null> {
    const { database } = this.file
    try {
      await this.write(() => undefined)
      return whyNoWrite(database.path)
    } catch (error) {
      if (!(error instanceof StoreError) || !passing.includes(error.problem)) throw error
      return error.told
    }
  }

  async getClientList(): Promise<string[]> {
    return [await this.write((tx) => listClients(tx, Date.now()))]
  }

  paginate(key: string, opts: { start: number; end: number; fetchJobs?: boolean }) {
    return this.read((tx) => inspecting.paginate(tx, key, opts))
  }

  // ── schedulers and settings ──────────────────────────────────────────────────────────────────────────────────────

  getJobScheduler(id: string): Promise<[string[] | null, string | null]> {
    return this.read((tx, queue) => {
      const scheduler = findScheduler(tx, queue, id)
      return scheduler ? [Object.entries(scheduler.fields).flat(), String(scheduler.nextRun)] : [null, null]
    })
  }

  isJobScheduler(id: string): Promise<boolean> {
    return this.read((tx, queue) => findScheduler(tx, queue, id) !== undefined)
  }

  getJobSchedulerData(key: string): Promise<Record<string, string>> {
    return this.read((tx, queue) => findScheduler(tx, queue, key)?.fields ?? {})
  }

  getJobSchedulersRange(start: number, end: number, asc: boolean): Promise<string[]> {
    return this.read((tx, queue) => {
      const order = asc ? 'ASC' : 'DESC'
      const rows = tx
        .sql(
          `SELECT id, next_run + 0.0 AS next_run FROM scheduler WHERE queue = ? ORDER BY next_run ${order}, id ${order}`,
        )
        .all(queue.id)
      return rows
        .slice(start, end === -1 ? undefined : end + 1)
        .flatMap((row) => [String(row['id']), String(row['next_run'])])
    })
  }

  getJobSchedulersCount(): Promise<number> {
    return this.read((tx, queue) =>
      Number(tx.sql('SELECT count(*) AS schedulers FROM scheduler WHERE queue = ?').get(queue.id)?.['schedulers']),
    )
  }

  getQueueMetaField(field: string): Promise<string | null> {
    return this.read((_tx, queue) => queue.meta[field] ?? null)
  }

  getQueueMetaFields(fields: string[]): Promise<(string | null)[]> {
    return this.read((_tx, queue) => fields.map((field) => queue.meta[field] ?? null))
  }

  getQueueMeta(): Promise<Record<string, string>> {
    return this.read((_tx, queue) => ({ ...queue.meta }))
  }

  hasQueueMetaField(field: string): Promise<boolean> {
    return this.read((_tx, queue) => field in queue.meta)
  }
}
