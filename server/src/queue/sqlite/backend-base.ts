import { EventEmitter } from 'node:events'
import type { QueueBaseOptions, WorkerOptions } from 'bullmq'
import * as clients from './clients.ts'
import { eventsAfter } from './events.ts'
import type { OpenFile } from './open-files.ts'
import { nextDue } from './place.ts'
import type { QueueRow } from './queue-row.ts'
import { StoreError } from './store-error.ts'
import { somethingToTake } from './taking.ts'
import type { Transaction } from './transaction.ts'
import { Waits, type Look } from './wait.ts'

const EVENTS_AT_ONCE = 100

type Options = QueueBaseOptions<unknown> & { prefix?: string } & Partial<Omit<WorkerOptions, keyof QueueBaseOptions>>

/** Who a backend speaks for. */
export interface Identity {
  queueName: string
  prefix: string
  options: Options
  /** How long its operations try to get the file, in milliseconds. */
  busyTimeoutMs: number | undefined
  /** The name under which it is listed among the queue's clients, null for those that are not. */
  clientName: string | null
}

/** The life of a backend: who it is, how it gets at its file, how it waits. */
export abstract class BackendBase extends EventEmitter {
  readonly qualifiedName: string
  readonly minimumBlockTimeout = 0.001
  /** A wait ends by itself when something is due, so there is no need to look up more often than this (seconds). */
  readonly maximumBlockTimeout = 3600
  readonly keys = {}
  closing: Promise<void> | undefined
  protected readonly file: OpenFile
  protected readonly who: Identity
  readonly #ownsFile: boolean
  readonly #waits = new Waits()
  #client: Promise<number> | undefined
  #signs: NodeJS.Timeout | undefined
  #signing = false
  #blockingOff = false
  #tail: number | undefined

  constructor(file: OpenFile, who: Identity, ownsFile = true) {
    super()
    this.file = file
    this.who = who
    this.#ownsFile = ownsFile
    this.qualifiedName = `${who.prefix}:${who.queueName}`
    if (who.clientName !== null) this.#register(who.clientName)
    if (ownsFile) queueMicrotask(() => this.emit('ready'))
  }

  // ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async waitUntilReady(): Promise<void> {
    await this.#client
  }

  close(_force = false): Promise<void> {
    if (!this.#ownsFile) return Promise.resolve()
    this.closing ??= this.#close()
    return this.closing
  }

  async disconnect(): Promise<void> {
    await this.close(true)
  }

  async #close() {
    clearInterval(this.#signs)
    this.#waits.cancel()
    const client = await this.#client?.catch(() => undefined)
    // A file that cannot be written any more keeps the name until its process ends, which is when it stops to count.
    if (client !== undefined) await this.write((tx) => clients.unregister(tx, client)).catch(() => undefined)
    await this.file.close()
    this.emit('close')
  }

  async setName(name: string): Promise<void> {
    if (!this.#client) this.#register(name)
    await this.#client
  }

  #register(name: string) {
    this.#client = this.write((tx) => clients.register(tx, name, Date.now()))
    this.#client.catch((error: unknown) => this.emit('error', error))
    this.#signs ??= setInterval(() => this.#giveSign(name), clients.SIGN_OF_LIFE_MS)
  }

  /** Says that this connection is still there, and registers it again when it had been given up or never got through. */
  #giveSign(name: string) {
    if (this.#signing) return
    this.#signing = true
    const sign = async () => {
      const client = await this.#client?.catch(() => undefined)
      const known = client !== undefined && (await this.write((tx) => clients.stayAlive(tx, client, Date.now())))
      if (!known && !this.closing) this.#register(name)
    }
    // What keeps it from being written is told to whoever uses the connection; the next sign tries again.
    void sign()
      .catch(() => undefined)
      .finally(() => (this.#signing = false))
  }

  toKey(type: string): string {
    return `${this.qualifiedName}:${type}`
  }

  parseNodeKey(key: string): { prefix: string; queueName: string; id: string } {
    const parts = key.split(':')
    const id = parts.pop() ?? ''
    const queueName = parts.pop() ?? ''
    return { prefix: parts.join(':'), queueName, id }
  }

  clientName(suffix = ''): string {
    return clientName(this.who.prefix, this.who.queueName, suffix)
  }

  protected write<T>(work: (tx: Transaction, queue: QueueRow) => T): Promise<T> {
    return this.file.database.write((tx) => work(tx, tx.queue(this.qualifiedName)), this.who.busyTimeoutMs)
  }

  protected writeInSteps<T>(work: (tx: Transaction, queue: QueueRow) => Generator<void, T>): Promise<T> {
    const { database } = this.file
    return database.writeInSteps((tx) => work(tx, tx.queue(this.qualifiedName)), this.who.busyTimeoutMs)
  }

  protected read<T>(work: (tx: Transaction, queue: QueueRow) => T): Promise<T> {
    return this.file.database.read((tx) => work(tx, tx.queue(this.qualifiedName)), this.who.busyTimeoutMs)
  }

  // ── events and waiting ──────────────────────────────────────────────────────────────────────────────────────────

  async readEvents(id: string, blockTimeout: number) {
    if (this.closing) return null
    // "From now on" is settled once: otherwise what comes between two reads would be lost.
    if (id === '$') this.#tail ??= await this.read((_tx, queue) => queue.lastEventId)
    const after = id === '$' ? (this.#tail ?? 0) : Number(id.split('-')[0])
    const timeoutMs = blockTimeout > 0 ? blockTimeout : Number.MAX_SAFE_INTEGER
    const events = await this.#waits.until(this.file.database, this.qualifiedName, timeoutMs, () =>
      this.read((tx, queue) => {
        const found = eventsAfter(tx, queue, after, EVENTS_AT_ONCE)
        return found.length > 0 ? { found } : { again: null }
      }),
    )
    // The shape of Redis' XREAD, which is what BullMQ expects of every store.
    return events && [['events', events] as [string, typeof events]]
  }

  async waitForJob(blockTimeout: number): Promise<{ member: string; score: number } | null> {
    if (this.closing || this.#blockingOff) return null
    const timeoutMs = Math.max(blockTimeout, 0) * 1000
    try {
      return await this.#waits.until(this.file.database, this.qualifiedName, timeoutMs, () => this.read(lookForJob))
    } catch (error) {
      throw this.toldAsStoreError(error)
    }
  }

  /**
   * What is not foreseen when a worker asks for work. As a StoreError, because after another error BullMQ asks again at
   * once, without an end; and told here, because of a StoreError BullMQ tells nobody.
   */
  protected toldAsStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error
    const reason = error instanceof Error ? error.message : String(error)
    const told = new StoreError('unforeseen', `the queue file gives no job (${reason})`, { cause: error })
    this.emit('error', told)
    return told
  }

  disconnectBlocking(): Promise<void> {
    this.#blockingOff = true
    this.#waits.cancel()
    return Promise.resolve()
  }

  reconnectBlocking(): Promise<void> {
    this.#blockingOff = false
    return Promise.resolve()
  }
}

function lookForJob(tx: Transaction, queue: QueueRow): Look<{ member: string; score: number }> {
  if (somethingToTake(tx, queue, Date.now())) return { found: { member: '0', score: 0 } }
  return { again: queue.paused || queue.maxed ? null : nextDue(tx, queue) }
}

/** As on Redis, so that BullMQ finds a queue's workers by the same rule. */
export const clientName = (prefix: string, queueName: string, suffix: string) =>
  `${prefix}:${Buffer.from(queueName).toString('base64')}${suffix}`
