import type { Source } from '@queue-ops/server/sources/source'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, type TestDatabase } from './databases.ts'
import { queryFor } from './reading.ts'

const ROWS = 1_000_000

/** An eighth of what the rows take: whoever kept some of them would need more. Collecting garbage takes room. */
const ROOM_MB = 120

/** Reads everything and gives how much larger the process became on the way than it was after a first part. */
async function read(source: Source, query: string): Promise<{ rows: number; grownMb: number }> {
  const reading = await source.read(await queryFor(source, { relation: { query, parameters: {} } }))
  let rows = 0
  let before = 0
  let most = 0
  try {
    for await (const batch of reading.batches()) {
      if (rows < ROWS / 10) before = process.memoryUsage.rss()
      most = Math.max(most, process.memoryUsage.rss())
      rows += batch.length
      // As slowly as one who has something else to do.
      await nextTurn()
    }
  } finally {
    await reading.close()
  }
  return { rows, grownMb: (most - before) / 1e6 }
}

/** A million rows of a kilobyte, made as they are read. */
const manyRows: Record<string, string> = {
  SQLite: `SELECT i, i || printf('%01000d', 0) AS t FROM`,
  PostgreSQL: `SELECT i, i::text || repeat('x', 1000) AS t FROM`,
  MariaDB: `SELECT i, CONCAT(i, REPEAT('x', 1000)) AS t FROM`,
  DuckDB: `SELECT i, i || repeat('x', 1000) AS t FROM`,
}

describe.for(Object.keys(databases))('memory of %s', (name) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = (await databases[name]?.()) as TestDatabase
    await database.run('CREATE TABLE blank (i INTEGER)')
  })
  afterAll(() => database?.[Symbol.asyncDispose]())

  test('a million rows of a kilobyte go through without staying', async () => {
    const query = `${manyRows[name]} (${database.words.numbers(ROWS)}) AS n`
    const { rows, grownMb } = await read(database.source(), query)
    expect(rows).toBe(ROWS)
    expect(grownMb).toBeLessThan(ROOM_MB)
  })
})
