import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { DuckColumn } from './duckdb-cells.ts'
import type { DuckDb, Opening, Purpose } from './duckdb-database.ts'
import { SourceFailure, unreadable, type Failure } from './failure.ts'
import { within } from './patience.ts'
import { STALL_MS } from './source.ts'

export interface DuckCall {
  id: number
  call: 'open' | keyof DuckDb
  args: unknown[]
}

export type DuckAnswer = { id: number } & ({ result: unknown } | { message: string; failure: Failure | null })

/** How long the process is waited for beyond the time after which it should have given up itself. */
const GRACE_MS = 5000

const DIED = unreadable('the process that reads it has died: see the log of the server')

/**
 * DuckDB in a process of its own. It is native code with a few hundred MB of memory of its own, and a thread that is ended
 * while it works (which is how an export is cancelled) takes the whole process with it (measured, docs/decisions/0014).
 */
export async function openDuckDb(opening: Opening, purpose: Purpose, timeoutMs: number): Promise<DuckDb> {
  const db = new RemoteDuckDb()
  try {
    await db.open(opening, purpose, timeoutMs)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

class RemoteDuckDb implements DuckDb {
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0
  #closed: Promise<void> | null = null

  constructor() {
    this.#process = fork(new URL('./duckdb-process.js', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [],
      // Its standard output is not for us: ours may belong to a protocol.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#process.on('message', (answer: DuckAnswer) => this.#settle(answer))
    this.#process.on('error', () => this.#fail())
    this.#exited = once(this.#process, 'exit').catch(() => undefined)
    void this.#exited.then(() => this.#fail())
  }

  async open(opening: Opening, purpose: Purpose, timeoutMs: number): Promise<void> {
    await this.#ask(timeoutMs, 'open', [opening, purpose, timeoutMs])
  }

  columnsOf(sql: string, values: unknown[]): Promise<DuckColumn[]> {
    return this.#ask(STALL_MS, 'columnsOf', [sql, values])
  }

  attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null> {
    return this.#ask(timeoutMs, 'attempt', [timeoutMs, sql, values])
  }

  start(sql: string, values: unknown[], timeoutMs: number): Promise<void> {
    return this.#ask(timeoutMs, 'start', [sql, values, timeoutMs])
  }

  nextRows(timeoutMs: number): Promise<unknown[][]> {
    return this.#ask(timeoutMs, 'nextRows', [timeoutMs])
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  #ask<T>(timeoutMs: number, call: DuckCall['call'], args: unknown[]): Promise<T> {
    const id = this.#calls++
    const answered = Promise.withResolvers<unknown>()
    this.#waiting.set(id, answered)
    if (!this.#process.connected) this.#fail()
    else this.#process.send({ id, call, args } satisfies DuckCall, (error) => error && this.#fail())
    return within(timeoutMs + GRACE_MS, answered.promise as Promise<T>, () => this.#process.kill('SIGKILL'))
  }

  #settle(answer: DuckAnswer) {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('result' in answer) waiting?.resolve(answer.result)
    else waiting?.reject(answer.failure ? new SourceFailure(answer.failure) : new Error(answer.message))
  }

  #fail() {
    for (const { reject } of this.#waiting.values()) reject(new SourceFailure(DIED))
    this.#waiting.clear()
  }

  async #close() {
    if (this.#process.connected) this.#process.disconnect()
    await within(GRACE_MS, this.#exited, () => this.#process.kill('SIGKILL')).catch(() => undefined)
  }
}
