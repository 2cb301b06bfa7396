import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { told } from './failure.ts'
import type { Cell, RowQuery, Source, SourceKind, SourceRows } from './source.ts'
import { describe } from './sqlite-describe.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { openFile } from './sqlite-file.ts'
import { openSwift, type SqliteReading } from './sqlite-reading.ts'
import { readRemotely } from './sqlite-remote.ts'

/** How long somebody may have the file locked who is waited for to learn its columns, when nothing else is said. */
const DESCRIBE_TIMEOUT_MS = 1500

const SCHEME = 'sqlite:'

export const sqlite: SourceKind = {
  schemes: [SCHEME],
  example: `${SCHEME}./shop.sqlite`,
  reads: ['table', 'query'],
  open(url, folder, dataset) {
    if (url.length === SCHEME.length) throw new Error(`names no file: write ${sqlite.example}`)
    return sqliteSource(resolve(folder, url.slice(SCHEME.length)), dataset)
  },
}

/** A SQLite file. It is opened read-only and only while it is used. */
function sqliteSource(path: string, dataset: string): Source {
  const failed = (cause: unknown) => told(dataset, cause, sqliteFailure)
  return {
    dynamic: true,
    async describe(relation, timeoutMs = DESCRIBE_TIMEOUT_MS) {
      try {
        return await openFile(path, timeoutMs, (db) => {
          const description = describe(db, relation)
          db.close()
          return description
        })
      } catch (cause) {
        throw failed(cause)
      }
    },
    async read(query) {
      try {
        const reading = 'table' in query.relation ? await openSwift(path, query) : null
        return reading ? rowsOf(reading, query, failed) : await readRemotely(path, query, failed)
      } catch (cause) {
        throw failed(cause)
      }
    },
  }
}

function rowsOf(reading: SqliteReading, query: RowQuery, failed: (cause: unknown) => Error): SourceRows {
  async function* batches(): AsyncGenerator<Cell[][]> {
    try {
      let rows = reading.next(undefined, query.timeoutMs)
      while (rows.length > 0) {
        yield rows
        await nextTurn()
        rows = reading.next()
      }
    } catch (cause) {
      throw failed(cause)
    }
  }
  return { total: reading.total, equal: reading.equal, batches, close: async () => reading.close() }
}
