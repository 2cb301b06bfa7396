import { setTimeout as pause } from 'node:timers/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FullDisk } from './full-disk.ts'
import { requireLocalDisk } from './local-disk.ts'
import { LogFolding } from './log-folding.ts'
import { OtherWriters } from './other-writers.ts'
import { Refusal } from './refusal.ts'
import { SameFile } from './same-file.ts'
import { migrate } from './schema.ts'
import { claim, identify, requireQueueFile } from './whose-file.ts'
import { asStoreError, isBusy, problemIn, requireWritable, StoreError } from './store-error.ts'
import { Transaction } from './transaction.ts'

const DEFAULT_BUSY_TIMEOUT_MS = 30_000

/** SQLite itself waits this long, blocking the event loop; the rest of the wait is ours and blocks nothing. */
const BLOCKING_WAIT_MS = 5
const MAX_RETRY_PAUSE_MS = 8

/** So many operations share one transaction at most: it bounds how long the event loop is held. */
const MAX_GROUP = 200

/**
 * After so many pages (32 MB) the log is folded into the file, which waits for the disk. At SQLite's own 1000 pages that
 * falls on every 145th operation and takes a third of the time of small ones (measured, test/bench).
 */
const CHECKPOINT_PAGES = 8000

/** So long, in milliseconds, a transaction of many steps holds the event loop before it lets others have a turn. */
const TURN_MS = 50

interface Operation {
  work: (tx: Transaction) => unknown
  /** `steps`: the work is a generator, and its transaction may last over several turns of the event loop. */
  kind: 'read' | 'write' | 'steps'
  /** When it is given up if others have the file all the time, by the clock that nobody sets. */
  deadline: number
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/** Told when something may have changed in a queue. */
export type Watcher = () => void

/**
 * One connection to a queue file, shared by everything in this process that uses the file. Operations that arrive in the
 * same turn of the event loop share one transaction: that is what makes many concurrent small operations cheap.
 */
export class Database {
  readonly path: string
  readonly #db: DatabaseSync
  readonly #tx: Transaction
  #operations: Operation[] = []
  #scheduled = false
  #stepping = false
  #closed = false
  readonly #watchers = new Map<string, Set<Watcher>>()
  readonly #others: OtherWriters
  readonly #file: SameFile
  readonly #disk: FullDisk
  readonly #folding: LogFolding
  #durability: 'not asked for' | 'wanted' | 'had' = 'not asked for'

  constructor(path: string) {
    this.path = path
    this.#db = open(path)
    this.#file = new SameFile(path)
    this.#tx = new Transaction(this.#db)
    this.#disk = new FullDisk(path, this.#db)
    this.#folding = new LogFolding(path)
    const everybody = () => {
      for (const queue of this.#watchers.keys()) this.#notify(queue)
    }
    this.#others = new OtherWriters(path, () => this.#dataVersion(), everybody)
  }

  /** Runs `work` in a transaction that may write. Rejects with a Refusal, a {@link StoreError} or what `work` threw. */
  write<T>(work: (tx: Transaction) => T, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS): Promise<T> {
    return this.#enqueue(work, 'write', busyTimeoutMs)
  }

  /** Runs `work` on a consistent view of the file. */
  read<T>(work: (tx: Transaction) => T, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS): Promise<T> {
    return this.#enqueue(work, 'read', busyTimeoutMs)
  }

  /** Like `write`, for what takes long: each `yield` is a place where the event loop may have a turn. Just as atomic. */
  writeInSteps<T>(work: (tx: Transaction) => Generator<void, T>, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS): Promise<T> {
    return this.#enqueue(work, 'steps', busyTimeoutMs) as Promise<unknown> as Promise<T>
  }

  /** Calls `watcher` whenever `queue` may have changed, by whichever process, until the returned function is called. */
  watch(queue: string, watcher: Watcher): () => void {
    if (this.#watchers.size === 0) this.#others.start()
    const watchers = this.#watchers.get(queue) ?? new Set()
    this.#watchers.set(queue, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.#watchers.delete(queue)
      if (this.#watchers.size === 0) this.#others.stop()
    }
  }

  /** Lets the operations at hand finish and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    while (this.#operations.length > 0 || this.#stepping) await pause(1)
    this.#others.stop()
    // Before the connection, which is the last one then and takes the log away.
    await this.#folding.close()
    this.#db.close()
  }

  /** From the next transaction on, what is acknowledged survives a loss of power too. */
  makeDurable(): void {
    this.#durability = 'wanted'
  }

  /** Not within a transaction, where SQLite refuses it. */
  #becomeDurable() {
    if (this.#durability !== 'wanted') return
    this.#db.exec('PRAGMA synchronous = full')
    this.#durability = 'had'
  }

  #enqueue<T>(work: (tx: Transaction) => T, kind: Operation['kind'], busyTimeoutMs: number): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'Connection is closed.'))
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const operation: Operation = {
      work,
      kind,
      deadline: performance.now() + busyTimeoutMs,
      resolve: resolve as Operation['resolve'],
      reject,
    }
    this.#operations.push(operation)
    this.#schedule()
    return promise
  }

  #schedule() {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => this.#runGroup())
  }

  #runGroup() {
    this.#scheduled = false
    const group = this.#thatHaveRoom(this.#nextGroup())
    const [first] = group
    if (first) {
      if (!this.#begin(group)) return
      if (first.kind === 'steps') return this.#startSteps(first)
      this.#settle(group)
    }
    if (this.#operations.length > 0) this.#schedule()
  }

  /** What shares a transaction: what takes many steps has one of its own. */
  #nextGroup(): Operation[] {
    const steps = this.#operations.slice(0, MAX_GROUP).findIndex(({ kind }) => kind === 'steps')
    return this.#operations.splice(0, steps === -1 ? MAX_GROUP : Math.max(steps, 1))
  }

  /** All of them, on a full disk those that only read. */
  #thatHaveRoom(group: Operation[]): Operation[] {
    const refusal = this.#disk.refusal()
    if (!refusal) return group
    for (const { kind, reject } of group) if (kind !== 'read') reject(refusal)
    return group.filter(({ kind }) => kind === 'read')
  }

  /** False when others have the file: then the group waits its turn without holding the event loop. */
  #begin(group: Operation[]): boolean {
    try {
      this.#file.require()
      this.#becomeDurable()
      this.#db.exec(group.some(({ kind }) => kind !== 'read') ? 'BEGIN IMMEDIATE' : 'BEGIN')
      return true
    } catch (error) {
      this.#waitForTurn(group, error)
      return false
    }
  }

  #waitForTurn(group: Operation[], error: unknown) {
    const now = performance.now()
    const patient = isBusy(error) ? group.filter(({ deadline }) => now < deadline) : []
    for (const operation of group) if (!patient.includes(operation)) operation.reject(asStoreError(error, this.path))
    this.#operations.unshift(...patient)
    if (patient.some(({ kind }) => kind !== 'read')) this.#readMeanwhile()
    if (this.#operations.length === 0) return
    this.#scheduled = true
    setTimeout(() => this.#runGroup(), 1 + Math.random() * MAX_RETRY_PAUSE_MS)
  }

  /** The lock for writing keeps nobody from reading, so what only reads does not wait behind what waits for the lock. */
  #readMeanwhile() {
    const reads = this.#operations.filter(({ kind }) => kind === 'read').slice(0, MAX_GROUP)
    if (reads.length === 0) return
    this.#operations = this.#operations.filter((operation) => !reads.includes(operation))
    if (this.#begin(reads)) this.#settle(reads)
  }

  /** False when others turned out to have the file, which a group that only reads learns from its first statement. */
  #settle(group: Operation[]): boolean {
    const outcomes: (() => void)[] = []
    try {
      this.#tx.start()
      for (const operation of group) outcomes.push(attempt(operation, this.#tx))
      this.#tx.finish()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#rollBack()
      if (isBusy(error)) {
        this.#waitForTurn(group, error)
        return false
      }
      const again = problemIn(error) === 'full' && this.#disk.foldLog()
      if (group.length === 1 && !again) group[0]?.reject(asStoreError(error, this.path))
      else this.#settleEach(group)
      return true
    }
    for (const outcome of outcomes) outcome()
    this.#afterCommit()
    return true
  }

  /** One of them failed for a reason that is not foreseen: each gets a transaction of its own, so that only it does. */
  #settleEach(group: Operation[]) {
    for (const [at, operation] of group.entries()) {
      if (this.#begin([operation]) && this.#settle([operation])) continue
      // Others have the file: the rest waits its turn behind this one, in order.
      const behind = this.#operations[0] === operation ? 1 : 0
      this.#operations.splice(behind, 0, ...group.slice(at + 1))
      if (!this.#scheduled) this.#schedule()
      return
    }
  }

  #startSteps(operation: Operation) {
    this.#tx.start()
    this.#takeSteps(operation, operation.work(this.#tx) as Generator<void>)
  }

  /** Nothing else is run on the connection until the last step: it would be part of the transaction. */
  #takeSteps(operation: Operation, steps: Generator<void>) {
    this.#scheduled = this.#stepping = true
    try {
      const turnEnds = performance.now() + TURN_MS
      let step = steps.next()
      while (!step.done && performance.now() < turnEnds) step = steps.next()
      if (!step.done) return void setImmediate(() => this.#takeSteps(operation, steps))
      this.#tx.finish()
      this.#file.require()
      this.#db.exec('COMMIT')
      operation.resolve(step.value)
      this.#afterCommit()
    } catch (error) {
      this.#rollBack()
      if (problemIn(error) === 'full') this.#disk.foldLog()
      operation.reject(asStoreError(error, this.path))
    }
    this.#scheduled = this.#stepping = false
    if (this.#operations.length > 0) this.#schedule()
  }

  #afterCommit() {
    for (const queue of this.#tx.changedQueues) this.#notify(queue)
    this.#folding.afterCommit()
  }

  #rollBack() {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    } catch {
      // A file that is lost has nothing to be rolled back; the error that led here is the one to tell.
    }
  }

  #notify(queue: string) {
    for (const watcher of this.#watchers.get(queue) ?? []) watcher()
  }

  /** Changes when another connection has committed. */
  #dataVersion(): number {
    return Number(this.#tx.sql('PRAGMA data_version').get()?.['data_version'])
  }
}

/** Runs one operation and gives what is to be told once the transaction is safe. */
function attempt(operation: Operation, tx: Transaction): () => void {
  try {
    const value = operation.work(tx)
    return () => operation.resolve(value)
  } catch (error) {
    if (error instanceof Refusal) return () => operation.reject(error)
    throw error
  }
}

function open(path: string): DatabaseSync {
  requireLocalDisk(dirname(path))
  requireWritable(path)
  requireQueueFile(path)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS })
    // Opening may meet another process that switches to WAL or migrates: that takes a moment, once.
    db.exec('PRAGMA busy_timeout = 5000')
    identify(db, path)
    claim(db)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = normal')
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    migrate(db)
    db.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`)
    return db
  } catch (error) {
    db?.close()
    throw asStoreError(error, path)
  }
}
