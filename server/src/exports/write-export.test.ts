import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCatalogue } from './datasets/catalogue.ts'
import { createDataset, type Dataset } from './datasets/dataset.ts'
import type { Cell } from './sources/source.ts'
import { sqlite } from './sources/sqlite.ts'
import { writeExport } from './write-export.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  change(`
    CREATE TABLE things (id INTEGER PRIMARY KEY, owner TEXT);
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO things SELECT i, '' FROM n;
    UPDATE things SET owner = 'only one has it' WHERE id = 1;`)
})
afterEach(() => rmSync(folder, { recursive: true }))

function change(sql: string) {
  const db = new DatabaseSync(join(folder, 'things.sqlite'))
  db.exec(sql)
  db.close()
}

const things = () =>
  createDataset(
    {
      name: 'things',
      description: '',
      fingerprint: '',
      source: sqlite.open('sqlite:things.sqlite', folder, 'things'),
      relation: { table: 'things' },
      parameters: [],
      columns: [],
      key: null,
      order: [],
      rowLimit: null,
      timeoutMs: 10_000,
    },
    { withinMs: 10_000, freshMs: 0, failedMs: 0 },
  )

async function write(dataset = things()) {
  const place = { folder, id: 'job', attempt: randomUUID(), minFreeBytes: 0 }
  const written = await writeExport(
    place,
    { dataset: 'things', format: 'csv' },
    createCatalogue([dataset]),
    () => undefined,
    0,
  )
  return { ...written, text: readFileSync(written.path, 'utf8') }
}

/** Comes to an end, as with its worker, when its first 600 rows are safe. */
function dying(dataset: Dataset): Dataset {
  const safeRows = () => (JSON.parse(readFileSync(join(folder, '.job.checkpoint'), 'utf8')) as { rows: number }).rows
  async function* untilDeath(batches: AsyncIterable<Cell[][]>): AsyncGenerator<Cell[][]> {
    const rows = (await Array.fromAsync(batches)).flat()
    yield rows.slice(0, 600)
    await vi.waitFor(() => expect(safeRows()).toBe(600))
    throw new Error('the worker has died')
  }
  return {
    ...dataset,
    open: (async (...asked: Parameters<Dataset['open']>) => {
      const rows = await dataset.open(...asked)
      return rows && { ...rows, batches: () => untilDeath(rows.batches()) }
    }) as Dataset['open'],
  }
}

test('a file of rows of two moments is told as such, with the time between the two; what is written in one go is not', async () => {
  const begun = Date.now()
  await expect(write(dying(things()))).rejects.toThrow('the worker has died')
  const died = Date.now()
  change(`
    BEGIN;
    UPDATE things SET owner = '' WHERE id = 1;
    UPDATE things SET owner = 'only one has it' WHERE id = 1200;
    COMMIT;`)
  const wentOn = Date.now()
  const { resumedRows, notes, text } = await write()
  expect(resumedRows).toBe(600)
  expect(text.split('only one has it')).toHaveLength(3)
  expect(notes).toHaveLength(1)
  const [, from = '', to = ''] =
    /^Rows 1 to 600 were read before a worker ended, from (\S+Z) on, those behind them after (\S+Z): what was changed in between may be in the file twice, or not at all\.$/.exec(
      notes[0] ?? '',
    ) ?? []
  expect(Date.parse(from)).toBeGreaterThanOrEqual(begun)
  expect(Date.parse(from)).toBeLessThanOrEqual(died)
  expect(Date.parse(to)).toBeGreaterThanOrEqual(wentOn)

  rmSync(join(folder, '.job.checkpoint'))
  expect(await write()).toMatchObject({ resumedRows: 0, notes: [] })
})

test('a file that is whole already is of one moment, however late it is published', async () => {
  const { sha256 } = await write()
  change(`UPDATE things SET owner = 'later'`)
  expect(await write()).toMatchObject({ sha256, resumedRows: 1200, notes: [] })
})
