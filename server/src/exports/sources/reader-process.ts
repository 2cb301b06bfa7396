import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { SourceFailure, unreadable, type Failure } from './failure.ts'
import { within } from './patience.ts'

export interface ReaderCall {
  id: number
  call: string
  args: unknown[]
}

export type ReaderAnswer = { id: number } & ({ result: unknown } | { error: SentError })

/** Errors lose their class and what they know on their way from one process to another. */
export interface SentError {
  message: string
  failure: Failure | null
  /** SQLite's result code. */
  errcode?: unknown
}

/** The channel that a process of ours is the other end of, whose end means that nobody asks any more. */
export const ASKER_FD = 4

const DIED = unreadable('the process that reads it has died: see the log of the server')

/**
 * A process of its own for native code that a thread cannot be ended in: it may be ended at any time, and ends when whoever
 * asks is gone (docs/decisions/0014).
 */
export class ReaderProcess {
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0
  #ended: Promise<void> | null = null

  /** @param program a module that answers with `answerCalls` */
  constructor(program: URL) {
    this.#process = fork(program, [], {
      serialization: 'advanced',
      execArgv: [],
      // Its standard output is not for us: ours may belong to a protocol.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    })
    this.#process.stdio[ASKER_FD]?.on('error', () => undefined)
    this.#process.on('message', (answer: ReaderAnswer) => this.#settle(answer))
    this.#process.on('error', () => this.#fail())
    this.#exited = once(this.#process, 'exit').catch(() => undefined)
    void this.#exited.then(() => this.#fail())
  }

  /** What the process answers. After `patienceMs` without an answer it is killed: rejects with SourceFailure. */
  ask<T>(patienceMs: number, call: string, args: unknown[]): Promise<T> {
    const id = this.#calls++
    const answered = Promise.withResolvers<unknown>()
    this.#waiting.set(id, answered)
    if (!this.#process.connected) this.#fail()
    else this.#process.send({ id, call, args } satisfies ReaderCall, (error) => error && this.#fail())
    return within(patienceMs, answered.promise as Promise<T>, () => this.#process.kill('SIGKILL'))
  }

  /** Lets the process tidy up for so long, in milliseconds; at 0 it is killed at once. May be called twice. */
  end(graceMs: number): Promise<void> {
    this.#ended ??= this.#end(graceMs)
    return this.#ended
  }

  #settle(answer: ReaderAnswer) {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('result' in answer) waiting?.resolve(answer.result)
    else waiting?.reject(received(answer.error))
  }

  #fail() {
    for (const { reject } of this.#waiting.values()) reject(new SourceFailure(DIED))
    this.#waiting.clear()
  }

  async #end(graceMs: number) {
    if (this.#process.connected) this.#process.disconnect()
    await within(graceMs, this.#exited, () => this.#process.kill('SIGKILL')).catch(() => undefined)
    await this.#exited
  }
}

const received = ({ message, failure, errcode }: SentError): Error =>
  failure ? new SourceFailure(failure) : Object.assign(new Error(message), errcode === undefined ? {} : { errcode })
