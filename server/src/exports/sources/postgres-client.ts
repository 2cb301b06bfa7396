import { Socket } from 'node:net'
import { Client, DatabaseError, type CustomTypesConfig } from 'pg'
import { within } from './patience.ts'
import { STALL_MS } from './source.ts'

/** How long a server that has stopped to answer is waited for beyond the time after which it should have given up itself. */
const GRACE_MS = 2000

/** How long connecting takes at most, whatever a dataset's own time limit. */
const CONNECT_TIMEOUT_MS = 10_000

const APPLICATION = 'queue-ops export'

/** Texts of values come in shapes that do not depend on how the server is set up. */
const SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '3',
  // An export that is read by nobody any more must not keep the server from cleaning up.
  idle_in_transaction_session_timeout: String(STALL_MS),
}

/** One connection in one read-only transaction, in which everything is of the same moment. */
export interface PostgresClient {
  /** The rows as arrays of texts, or of what `types` makes of them. */
  ask(sql: string, values: unknown[], types?: CustomTypesConfig): Promise<unknown[][]>
  /** The columns that a statement gives. */
  columnsOf(sql: string, values: unknown[]): Promise<{ name: string; oid: number; modifier: number }[]>
  /** What `work` gives, or null when it takes too long, after which everything goes on. */
  attempt<T>(timeoutMs: number, work: () => Promise<T>): Promise<T | null>
  /** How long each of the statements from here on may take. */
  setTimeout(timeoutMs: number): Promise<void>
  /** Cancels what runs, ends the connection. */
  end(): Promise<void>
}

/** What the types do not know of. */
const EXTENDED = { queryMode: 'extended' }

const asTexts: CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => text }

/** Rejects with what the driver or the server says, or with SourceFailure when they say nothing in time. */
export async function openClient(url: string, timeoutMs: number): Promise<PostgresClient> {
  const client = new OpenClient(url)
  try {
    await client.begin(timeoutMs)
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

class OpenClient implements PostgresClient {
  readonly #url: string
  readonly #client: Client
  readonly #socket = new Socket()
  #lost: Error | null = null
  #timeoutMs = 0
  #running = false
  #backend: string | null = null
  #ended: Promise<void> | null = null

  constructor(url: string) {
    this.#url = url
    this.#client = new Client({
      connectionString: url,
      application_name: APPLICATION,
      keepAlive: true,
      stream: () => this.#socket,
    })
    // Whoever waits for an answer is told by its own promise; between two questions there is nobody.
    this.#client.on('error', (error: Error) => (this.#lost ??= error))
  }

  async begin(timeoutMs: number): Promise<void> {
    this.#timeoutMs = timeoutMs
    await within(Math.min(timeoutMs, CONNECT_TIMEOUT_MS), this.#client.connect(), () => this.#socket.destroy())
    await this.ask('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', [])
    const settings = Object.entries(SETTINGS).map(([name, value]) => `set_config('${name}', '${value}', true)`)
    const [row] = await this.ask(`SELECT pg_backend_pid(), ${settings.join(', ')}`, [])
    this.#backend = String(row?.[0])
    await this.setTimeout(timeoutMs)
    // A server from version 14 on can notice by itself that the one who asked is gone; not on every system.
    await this.attempt(timeoutMs, () =>
      this.ask(
        `SELECT set_config(name, '5s', true) FROM pg_settings WHERE name = 'client_connection_check_interval'`,
        [],
      ),
    )
  }

  async ask(sql: string, values: unknown[], types = asTexts): Promise<unknown[][]> {
    return (await this.#query(sql, values, types)).rows
  }

  async columnsOf(sql: string, values: unknown[]) {
    const { fields } = await this.#query(sql, values, asTexts)
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      oid: dataTypeID,
      modifier: dataTypeModifier,
    }))
  }

  async attempt<T>(timeoutMs: number, work: () => Promise<T>): Promise<T | null> {
    const before = this.#timeoutMs
    await this.ask('SAVEPOINT attempt', [])
    try {
      await this.setTimeout(timeoutMs)
      return await work()
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      await this.ask('ROLLBACK TO SAVEPOINT attempt', [])
      return null
    } finally {
      if (!this.#lost && !this.#ended) await this.setTimeout(before)
    }
  }

  async setTimeout(timeoutMs: number): Promise<void> {
    this.#timeoutMs = timeoutMs
    await this.ask(`SELECT set_config('statement_timeout', $1, true)`, [String(timeoutMs)])
  }

  end(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #query(text: string, values: unknown[], types: CustomTypesConfig) {
    if (this.#lost) throw this.#lost
    this.#running = true
    // The extended protocol takes one statement and no more.
    const asked = this.#client.query<unknown[]>({ text, values, types, rowMode: 'array', ...EXTENDED })
    try {
      return await within(this.#timeoutMs + GRACE_MS, asked, () => void this.end())
    } finally {
      this.#running = false
    }
  }

  async #end() {
    const backend = this.#running ? this.#backend : null
    await within(GRACE_MS, this.#client.end(), () => this.#socket.destroy()).catch(() => undefined)
    if (backend) await cancel(this.#url, backend).catch(() => undefined)
  }
}

/** The server does not notice that nobody waits any more before it has something to send. */
async function cancel(url: string, backend: string) {
  const socket = new Socket()
  const client = new Client({ connectionString: url, application_name: APPLICATION, stream: () => socket })
  client.on('error', () => undefined)
  const asked = client.connect().then(() => client.query('SELECT pg_cancel_backend($1)', [backend]))
  try {
    await within(GRACE_MS, asked, () => socket.destroy())
    await client.end()
  } finally {
    socket.destroy()
  }
}
