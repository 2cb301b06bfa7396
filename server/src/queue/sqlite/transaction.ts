import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { QueueRow } from './queue-row.ts'

/**
 * What operations work with: prepared statements, the queues they touch, and the time. One object serves all
 * transactions of a connection; between `start` and `finish` each queue is read once and written once.
 */
export class Transaction {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #queues = new Map<string, QueueRow>()
  #changed: string[] = []

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** The statement for this text, compiled once a connection. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (!statement) {
      statement = this.#db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  /** The queue of this qualified name (`prefix:name`); it comes into being when it is first written to. */
  queue(name: string): QueueRow {
    let queue = this.#queues.get(name)
    if (!queue) {
      queue = QueueRow.load(this, name)
      this.#queues.set(name, queue)
    }
    return queue
  }

  start(): void {
    this.#queues.clear()
    this.#changed = []
  }

  finish(): void {
    for (const queue of this.#queues.values()) if (queue.save()) this.#changed.push(queue.name)
  }

  /** The queues that the last transaction changed. */
  get changedQueues(): readonly string[] {
    return this.#changed
  }
}
