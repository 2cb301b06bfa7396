import { createHash, randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api'
import { broken, codeOf, SourceFailure, unreadable } from './failure.ts'
import type { DuckColumn } from './duckdb-cells.ts'
import { viewOf, type FilesOpening, type FoundColumns } from './duckdb-files.ts'
import { listOf } from './duckdb-literals.ts'
import { DuckRows } from './duckdb-rows.ts'
import { within } from './patience.ts'

/** What is read: files of a kind, or a database of DuckDB. */
export type Opening = FilesOpening | { kind: 'database'; path: string }

/** What it is opened for: how much memory it may take. */
export type Purpose = 'reading' | 'sorting'

/**
 * What sorts or groups goes to disk beyond its limit, but needs some room to do so: 5,000,000 rows of 330 bytes could be put in
 * order with 1 GB and not with half of it. Rows come 2,048 at once, two times that while the next ones are read: texts of
 * 280 KB need 1 GB as well. Small rows of files take none of it (all measured, DuckDB 1.5).
 */
const MEMORY = '1GB'

/** A database keeps what it has read for as long as there is room, which nobody comes back to who reads it once. */
const MEMORY_OF_DATABASE = '512MB'

/** What is only read is not read faster by two (measured), which keep twice as many rows. */
const THREADS = { reading: '1', sorting: '2' }

/**
 * Rows that are read before they are asked for. DuckDB does not count their texts: its own 1 MB are 40,000 rows, whatever they
 * hold. Less is not slower (measured).
 */
const READ_AHEAD = '10KB'

/** What does not happen when the rows need not be kept for anybody. */
const BROKEN_OFF = unreadable(
  'DuckDB has broken off reading it, mostly for want of memory: leave out wide columns, or the order',
)

const PACKAGE = '@duckdb/node-api'

/** An instance of DuckDB that can reach nothing but what it was opened for. */
export interface DuckDb {
  /** What looking through the files has brought to light, for who opens them again. */
  found(): Promise<FoundColumns | null>
  columnsOf(sql: string, values: unknown[]): Promise<DuckColumn[]>
  /** What a statement gives, or null when it takes too long. */
  attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null>
  /** Starts the statement whose rows {@link nextRows} gives. */
  start(sql: string, values: unknown[], timeoutMs: number): Promise<void>
  /** Some of the rows that are left, none at their end. */
  nextRows(timeoutMs: number): Promise<unknown[][]>
  close(): Promise<void>
}

/** Rejects with what DuckDB says, or with SourceFailure. To be called in a process of its own: see duckdb-remote.ts. */
export async function openHere(opening: Opening, purpose: Purpose, timeoutMs: number): Promise<DuckDb> {
  const { DuckDBInstance } = await importDuckDb()
  const spill = join(tmpdir(), `queue-ops-duckdb-${randomUUID()}`)
  const isDatabase = opening.kind === 'database'
  if (isDatabase && !existsSync(opening.path)) throw new SourceFailure(unreadable('its database file is missing'))
  const instance = await DuckDBInstance.create(isDatabase ? opening.path : ':memory:', {
    ...(isDatabase ? { access_mode: 'READ_ONLY' } : {}),
    memory_limit: isDatabase && purpose === 'reading' ? MEMORY_OF_DATABASE : MEMORY,
    threads: THREADS[purpose],
    // What is read once need not be kept.
    enable_external_file_cache: 'false',
    temp_directory: spill,
    // It loads nothing from the network, and no code from the disk.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const db = new OpenDuckDb(instance, await instance.connect(), spill)
  try {
    await db.lock(opening, timeoutMs)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

async function importDuckDb() {
  try {
    return await import('@duckdb/node-api')
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause
    const missing = broken(
      `reading it takes the package ${PACKAGE}: install it beside the server (npm install ${PACKAGE})`,
    )
    throw new SourceFailure(missing)
  }
}

/** Files of the same names, sizes and times are taken for the same. */
function stampOf(files: string[]): string {
  const stats = files.map((file) => {
    const { size, mtimeMs, ino } = statSync(file)
    return [file, size, mtimeMs, ino]
  })
  return createHash('sha256').update(JSON.stringify(stats)).digest('hex')
}

const nameOf = (type: DuckDBType) => type.alias ?? type.toString()

class OpenDuckDb implements DuckDb {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #spill: string
  #found: FoundColumns | null = null
  #running: Promise<unknown> | null = null
  #reading: { rows: DuckRows; sql: string; values: unknown[] } | null = null
  #closed: Promise<void> | null = null

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, spill: string) {
    this.#instance = instance
    this.#connection = connection
    this.#spill = spill
  }

  async lock(opening: Opening, timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs
    const ask = (sql: string) => this.#all(Math.max(end - performance.now(), 0), sql, [])
    const files = opening.kind === 'database' ? [] : await this.#files(opening.path, timeoutMs)
    await ask(`SET allowed_paths = ${listOf(files)}`)
    await ask('SET enable_external_access = false')
    await ask(`SET TimeZone = 'UTC'`)
    await ask(`SET streaming_buffer_size = '${READ_AHEAD}'`)
    await ask('SET lock_configuration = true')
    if (opening.kind === 'database') return
    const { sql, found } = await viewOf(opening, files, stampOf(files), ask)
    await ask(`CREATE TEMP VIEW files AS ${sql}`)
    this.#found = found
  }

  async found(): Promise<FoundColumns | null> {
    return this.#found
  }

  async columnsOf(sql: string, values: unknown[]): Promise<DuckColumn[]> {
    const result = await this.#run(
      null,
      this.#prepared(sql, values, (statement) => statement.run()),
    )
    return result.columnNames().map((name, at) => ({ name, type: nameOf(result.columnType(at)) }))
  }

  async attempt(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][] | null> {
    try {
      return await this.#all(timeoutMs, sql, values)
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error
      await this.#running
      return null
    }
  }

  async start(sql: string, values: unknown[], timeoutMs: number): Promise<void> {
    const result = await this.#run(
      timeoutMs,
      this.#prepared(sql, values, (statement) => statement.stream()),
    )
    this.#reading = { rows: new DuckRows(result), sql, values }
  }

  async nextRows(timeoutMs: number): Promise<unknown[][]> {
    if (!this.#reading) return []
    const { rows, sql, values } = this.#reading
    const some = await this.#run(timeoutMs, rows.next())
    if (some.length === 0 && rows.hasFailed()) await this.#repeatFailure(sql, values, timeoutMs)
    return some
  }

  /** Rejects with what has ended a statement too early, which is told only when it is run without giving its rows away. */
  async #repeatFailure(sql: string, values: unknown[], timeoutMs: number): Promise<never> {
    // A hash needs every cell, and no memory.
    await this.#all(timeoutMs, `SELECT max(hash(failed)) FROM (${sql}) AS failed`, values)
    throw new SourceFailure(BROKEN_OFF)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #files(path: string, timeoutMs: number): Promise<string[]> {
    if (existsSync(path)) return [path]
    const found = await this.#all(timeoutMs, 'SELECT file FROM glob($1) ORDER BY file', [path])
    if (found.length === 0) throw new SourceFailure(unreadable('its files are missing'))
    return found.map(([file]) => String(file))
  }

  async #all(timeoutMs: number, sql: string, values: unknown[]): Promise<unknown[][]> {
    return this.#run(
      timeoutMs,
      this.#prepared(sql, values, async (statement) => (await statement.runAndReadAll()).getRows()),
    )
  }

  /** Prepared, it is one statement and no more. */
  async #prepared<T>(
    sql: string,
    values: unknown[],
    use: (statement: DuckDBPreparedStatement) => Promise<T>,
  ): Promise<T> {
    const statement = await this.#connection.prepare(sql)
    statement.bind(values as DuckDBValue[])
    return use(statement)
  }

  async #run<T>(timeoutMs: number | null, work: Promise<T>): Promise<T> {
    this.#running = work.then(
      () => undefined,
      () => undefined,
    )
    return timeoutMs === null ? work : within(timeoutMs, work, () => this.#connection.interrupt())
  }

  async #close() {
    this.#connection.interrupt()
    // What still runs ends by the interruption, and must have ended before its connection is gone.
    await this.#running
    this.#connection.closeSync()
    this.#instance.closeSync()
    await rm(this.#spill, { recursive: true, force: true })
  }
}
