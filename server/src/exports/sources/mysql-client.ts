import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Connection, FieldPacket } from 'mysql2'
import { BATCH_BYTES, BATCH_ROWS, sizeOf } from './batch.ts'
import { isTimeout } from './mysql-failure.ts'
import { within } from './patience.ts'
import { nameParts } from './table-name.ts'
import { STALL_MS, type Cell } from './source.ts'

/** How long a server that has stopped to answer is waited for beyond the time after which it should have given up itself. */
const GRACE_MS = 2000

/** How long connecting takes at most, whatever a dataset's own time limit. */
const CONNECT_TIMEOUT_MS = 10_000

/** A statement whose reader has died in a way that the server does not notice ends after a day. */
const FORGOTTEN_MS = 24 * 3600 * 1000

/** One connection in one read-only transaction, in which everything is of the same moment. */
export interface MysqlClient {
  ask(sql: string, values: unknown[]): Promise<unknown[][]>
  /** The columns that a statement would give. It is not run, not even where it would give nothing. */
  columnsOf(sql: string): Promise<FieldPacket[]>
  /** What a statement gives, or null when it takes too long. */
  attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null>
  /** Null when there is no such table or view. */
  tableFacts(table: string): Promise<{ schema: string; name: string; isBaseTable: boolean } | null>
  /** @param firstMs how long the first row may take; each later batch may take {@link STALL_MS} */
  stream(sql: string, values: unknown[], firstMs: number): AsyncGenerator<unknown[][]>
  /** Ends the connection, and at the server what it does. */
  end(): Promise<void>
}

/** Rejects with what the driver or the server says, or with SourceFailure when they say nothing in time. */
export async function openMysql(url: string, timeoutMs: number): Promise<MysqlClient> {
  const client = new OpenMysql(url, await connectTo(url))
  try {
    await client.begin(timeoutMs)
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/** The driver is large and loaded only when there is something to be read with it. */
async function connectTo(url: string): Promise<Connection> {
  const { createConnection } = await import('mysql2')
  return createConnection({
    uri: url,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    rowsAsArray: true,
    multipleStatements: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
  })
}

class OpenMysql implements MysqlClient {
  readonly #url: string
  readonly #connection: Connection
  /** Rejects when the connection breaks. */
  readonly #broken: Promise<never>
  readonly #break: (error: Error) => void
  #timeoutMs = 0
  #isMariaDb = false
  #running = false
  #ended: Promise<void> | null = null

  constructor(url: string, connection: Connection) {
    this.#url = url
    this.#connection = connection
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => undefined)
    this.#broken = promise
    this.#break = reject
    this.#connection.on('error', reject)
    this.#connection.on('end', () => reject(new Error('the server has ended the connection')))
  }

  async begin(timeoutMs: number): Promise<void> {
    const connected = Promise.race([once(this.#connection, 'connect'), this.#broken])
    await within(Math.min(timeoutMs, CONNECT_TIMEOUT_MS), connected, () => this.#socket().destroy())
    this.#timeoutMs = timeoutMs
    const [version] = await this.ask('SELECT VERSION()', [])
    this.#isMariaDb = /mariadb/i.test(String(version?.[0]))
    // A reader who asks for nothing for a while is not gone.
    const seconds = STALL_MS / 1000
    await this.ask(`SET SESSION time_zone = '+00:00', net_write_timeout = ${seconds}, wait_timeout = ${seconds}`, [])
    await this.ask('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ', [])
    await this.ask('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', [])
    await this.#limit(timeoutMs)
  }

  ask(sql: string, values: unknown[]): Promise<unknown[][]> {
    return this.#run((settle) => this.#connection.execute({ sql, values, rowsAsArray: true }, settle))
  }

  async columnsOf(sql: string): Promise<FieldPacket[]> {
    const statement = await this.#run<{ close(): void; columns?: FieldPacket[] }>((settle) =>
      this.#connection.prepare(sql, settle),
    )
    statement.close()
    return statement.columns ?? []
  }

  async attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null> {
    const before = this.#timeoutMs
    await this.#limit(timeoutMs)
    try {
      return await this.ask(sql, values)
    } catch (error) {
      if (!isTimeout(error)) throw error
      return null
    } finally {
      if (!this.#ended) await this.#limit(before)
    }
  }

  async tableFacts(table: string) {
    const parts = nameParts(table)
    const [row] = await this.ask(
      'SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?',
      [parts.length > 1 ? parts[0] : null, parts.at(-1)],
    )
    return row ? { schema: String(row[0]), name: String(row[1]), isBaseTable: row[2] === 'BASE TABLE' } : null
  }

  async *stream(sql: string, values: unknown[], firstMs: number): AsyncGenerator<unknown[][]> {
    await this.#limit(FORGOTTEN_MS)
    const connection = this.#connection
    const waiting = new Waiting()
    this.#running = true
    connection
      .execute({ sql, values, rowsAsArray: true })
      .on('error', (error: Error) => waiting.fail(error))
      .on('end', () => {
        this.#running = false
        waiting.end()
      })
      .on('result', (row: unknown) => {
        if (waiting.add(row as unknown[])) connection.pause()
      })
    for (let patience = firstMs; ; patience = STALL_MS) {
      await within(patience, Promise.race([waiting.some(), this.#broken]), () => void this.end())
      const rows = waiting.take()
      if (rows.length === 0) return
      connection.pause()
      yield rows
      connection.resume()
    }
  }

  end(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #run<T>(begin: (settle: (error: Error | null, result: unknown) => void) => unknown): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#running = true
    begin((error, result) => (error ? reject(error) : resolve(result as T)))
    try {
      const patience = this.#timeoutMs + GRACE_MS
      return await within(patience, Promise.race([promise, this.#broken]), () => void this.end())
    } finally {
      this.#running = false
    }
  }

  /** How long each of the statements from here on may take. */
  async #limit(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
    const set = this.#isMariaDb ? `max_statement_time = ${timeoutMs / 1000}` : `max_execution_time = ${timeoutMs}`
    await this.ask(`SET SESSION ${set}`, [])
  }

  #socket(): Socket {
    // The driver has no way to give a connection up but to ask the server to end it.
    return (this.#connection as unknown as { stream: Socket }).stream
  }

  async #end() {
    const thread = this.#running ? this.#connection.threadId : null
    // The driver tells nobody who still waits for an answer.
    this.#break(new Error('the connection was ended in the middle of a statement'))
    this.#connection.destroy()
    this.#socket().destroy()
    if (thread) await kill(this.#url, thread).catch(() => undefined)
  }
}

/** Rows that have come and were not asked for yet. */
class Waiting {
  #rows: unknown[][] = []
  #bytes = 0
  #ended = false
  #error: Error | null = null
  #some = Promise.withResolvers<void>()

  /** Gives whether it is enough for a batch. */
  add(row: unknown[]): boolean {
    this.#some.resolve()
    this.#bytes += sizeOf(row as Cell[])
    return this.#rows.push(row) >= BATCH_ROWS || this.#bytes >= BATCH_BYTES
  }

  end() {
    this.#ended = true
    this.#some.resolve()
  }

  /** The driver says that the rows have ended all the same, and rows may wait: the error has to outlive both. */
  fail(error: Error) {
    this.#error ??= error
    this.#some.resolve()
  }

  /** Waits for rows, their end or an error. */
  some(): Promise<void> {
    return this.#some.promise
  }

  /** All of them; none when there will be no more. Throws when the statement has failed, whatever has come before. */
  take(): unknown[][] {
    if (this.#error) throw this.#error
    const rows = this.#rows
    this.#rows = []
    this.#bytes = 0
    if (!this.#ended) this.#some = Promise.withResolvers()
    return rows
  }
}

/** The server does not notice that nobody waits any more before it has something to send. */
async function kill(url: string, thread: number) {
  const connection = await connectTo(url)
  const killed = new Promise<void>((resolve, reject) => {
    connection.on('error', reject)
    connection.query(`KILL ${thread}`, (error) => (error ? reject(error) : resolve()))
  })
  try {
    await within(GRACE_MS, killed, () => undefined)
  } finally {
    connection.destroy()
  }
}
