import { countUpTo, equalTo, MAX_COUNTED_ROWS } from './counting.ts'
import { told } from './failure.ts'
import { cellParsers } from './postgres-cells.ts'
import { openClient, type PostgresClient } from './postgres-client.ts'
import { describeRelation } from './postgres-describe.ts'
import { postgresFailure } from './postgres-failure.ts'
import { postgresDialect } from './postgres-sql.ts'
import { selectRows } from './sql.ts'
import { STALL_MS, type Cell, type RowQuery, type Source, type SourceKind, type SourceRows } from './source.ts'

/** How long it takes at most to learn the columns of a relation, and to connect. */
const DESCRIBE_TIMEOUT_MS = 10_000

/** Rows come in batches of about this many characters; how many rows that is, the batch before tells. */
const BATCH_CHARS = 1 << 20
const FIRST_ROWS = 100
const MAX_ROWS = 1000

export const postgres: SourceKind = {
  schemes: ['postgres://', 'postgresql://'],
  example: 'postgres://reader:password@db.example.org/shop',
  reads: ['table', 'query'],
  open(url, _folder, dataset) {
    if (!URL.canParse(url)) throw new Error(`is no URL: write it like ${postgres.example}`)
    return postgresSource(url, dataset)
  },
}

/** A PostgreSQL database, connected to only while it is read, in transactions that cannot write. */
function postgresSource(url: string, dataset: string): Source {
  const withClient = async <T>(timeoutMs: number, use: (client: PostgresClient) => Promise<T>, keepOpen: boolean) => {
    let client: PostgresClient | undefined
    let done = false
    try {
      client = await openClient(url, timeoutMs)
      const result = await use(client)
      done = true
      return result
    } catch (cause) {
      throw told(dataset, cause, postgresFailure)
    } finally {
      if (client && !(done && keepOpen)) await client.end()
    }
  }
  return {
    describe: (relation) => withClient(DESCRIBE_TIMEOUT_MS, (client) => describeRelation(client, relation), false),
    read: (query) => withClient(query.timeoutMs, (client) => read(client, dataset, query), true),
  }
}

async function read(client: PostgresClient, dataset: string, query: RowQuery): Promise<SourceRows> {
  const total = await count(client, query)
  const equal = await equalTo(patient(client), query, postgresDialect)
  const { sql, values } = selectRows(query, postgresDialect)
  // A cursor of SQL rather than one of the protocol (pg-cursor): each FETCH has a statement timeout of its own, while one
  // of the protocol goes on counting from the first row to the last.
  await client.ask(`DECLARE export NO SCROLL CURSOR FOR ${sql}`, values)
  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      // The first row has its own time limit; from then on the source may be silent for longer.
      let batch = await fetchRows(client, 1)
      await client.setTimeout(STALL_MS)
      let rows = FIRST_ROWS
      while (batch.rows.length > 0) {
        yield batch.rows
        batch = await fetchRows(client, rows)
        rows = nextRows(rows, batch)
      }
    } catch (cause) {
      throw told(dataset, cause, readFailure)
    }
  }
  return { total, equal, batches, close: () => client.end() }
}

interface Batch {
  rows: Cell[][]
  chars: number
}

async function fetchRows(client: PostgresClient, rows: number): Promise<Batch> {
  const parsers = cellParsers()
  const fetched = await client.ask(`FETCH FORWARD ${rows} FROM export`, [], parsers.types)
  return { rows: fetched as Cell[][], chars: parsers.chars() }
}

/** Grows slowly, since the next rows may be larger than these. */
function nextRows(rows: number, { rows: { length }, chars }: Batch): number {
  const fitting = Math.floor((BATCH_CHARS * length) / Math.max(chars, 1))
  return Math.max(1, Math.min(fitting, rows * 2, MAX_ROWS))
}

/** While rows come, bad data is the source's fault: what a client has given was read before. */
function readFailure(cause: unknown) {
  const failure = postgresFailure(cause)
  return failure.code === 'invalid_input' ? { ...failure, code: 'dataset_broken' as const, reason: badData } : failure
}

const badData = 'a view or query of its database fails on a value in one of the rows'

/** Only in tables: what a view or a query costs, nobody knows. */
async function count(client: PostgresClient, query: RowQuery): Promise<number | null> {
  if (!('table' in query.relation)) return null
  const [facts] = await client.ask('SELECT relkind, reltuples FROM pg_class WHERE oid = to_regclass($1)', [
    postgresDialect.table(query.relation.table),
  ])
  if (!['r', 'p'].includes(String(facts?.[0]))) return null
  // The estimate only saves a count that would be in vain.
  if (query.limit === null && query.tests.length === 0 && Number(facts?.[1]) > 2 * MAX_COUNTED_ROWS) return null
  return countUpTo(patient(client), query, postgresDialect)
}

const patient = (client: PostgresClient) => ({
  attempt: (timeoutMs: number, sql: string, values: unknown[]) =>
    client.attempt(timeoutMs, () => client.ask(sql, values)),
})
