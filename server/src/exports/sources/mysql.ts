import type { FieldPacket } from 'mysql2'
import { plainBoolean } from './batch.ts'
import { countUpTo, equalTo } from './counting.ts'
import { told } from './failure.ts'
import { cellReader } from './mysql-cells.ts'
import { openMysql, type MysqlClient } from './mysql-client.ts'
import { describeRelation } from './mysql-describe.ts'
import { mysqlFailure } from './mysql-failure.ts'
import { mysqlDialect, mysqlReadDialect } from './mysql-sql.ts'
import { selectNothing, selectRows, type Dialect } from './sql.ts'
import type { Cell, RowQuery, Source, SourceKind, SourceRows } from './source.ts'

/** How long it takes at most to learn the columns of a relation, and to connect. */
const DESCRIBE_TIMEOUT_MS = 10_000

export const mysql: SourceKind = {
  schemes: ['mysql://', 'mariadb://'],
  example: 'mysql://reader:password@db.example.org/shop',
  reads: ['table', 'query'],
  quoting: 'backslashes',
  open(url, _folder, dataset) {
    if (!URL.canParse(url)) throw new Error(`is no URL: write it like ${mysql.example}`)
    return mysqlSource(url.replace(/^mariadb:/, 'mysql:'), dataset)
  },
}

/** A MySQL or MariaDB database, connected to only while it is read, in transactions that cannot write. */
function mysqlSource(url: string, dataset: string): Source {
  const withClient = async <T>(timeoutMs: number, use: (client: MysqlClient) => Promise<T>, keepOpen: boolean) => {
    let client: MysqlClient | undefined
    let done = false
    try {
      client = await openMysql(url, timeoutMs)
      const result = await use(client)
      done = true
      return result
    } catch (cause) {
      throw told(dataset, cause, mysqlFailure)
    } finally {
      if (client && !(done && keepOpen)) await client.end()
    }
  }
  return {
    describe: (relation) => withClient(DESCRIBE_TIMEOUT_MS, (client) => describeRelation(client, relation), false),
    read: (query) => withClient(query.timeoutMs, (client) => read(client, dataset, query), true),
  }
}

async function read(client: MysqlClient, dataset: string, query: RowQuery): Promise<SourceRows> {
  const fields = await fieldsOf(client, query)
  const dialect = mysqlReadDialect(fields)
  const readers = fields.map(cellReader)
  const booleans = query.columns.flatMap(({ type }, at) => (type === 'boolean' ? [at] : []))
  const total = await count(client, query, dialect)
  const equal = await equalTo(client, query, dialect)
  const { sql, values } = selectRows(query, dialect)

  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      for await (const batch of client.stream(sql, values, query.timeoutMs)) {
        for (const row of batch) {
          for (let at = 0; at < row.length; at++) {
            if (row[at] !== null) row[at] = readers[at]?.(row[at])
          }
          for (const at of booleans) row[at] = plainBoolean(row[at] as Cell)
        }
        yield batch as Cell[][]
      }
    } catch (cause) {
      throw told(dataset, cause, mysqlFailure)
    }
  }
  return { total, equal, batches, close: () => client.end() }
}

/**
 * The columns of the query, and behind them those of `from`: MySQL compares some types inexactly with what a driver
 * binds, and gives some in shapes of its own.
 */
async function fieldsOf(client: MysqlClient, { relation, columns, from }: RowQuery): Promise<FieldPacket[]> {
  const names = [...columns.map(({ name }) => name), ...(from?.columns ?? [])]
  return client.columnsOf(selectNothing(relation, mysqlDialect, names).sql)
}

/** Only in tables: what a view or a query costs, nobody knows. */
async function count(client: MysqlClient, query: RowQuery, dialect: Dialect): Promise<number | null> {
  if (!('table' in query.relation) || !(await client.tableFacts(query.relation.table))?.isBaseTable) return null
  return countUpTo(client, query, dialect)
}
