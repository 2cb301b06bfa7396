import { createDataset, type Dataset, type DatasetDefinition, type Selection } from '@queue-ops/server/dataset'
import type { Cell, Source } from '@queue-ops/server/sources/source'
import { UnfinishedFile } from '@queue-ops/server/unfinished-file'
import { writeExport } from '@queue-ops/server/write-export'
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { temporaryFolder } from '../support/program.ts'

/** A dataset of a source as an operator describes it. */
export function datasetOf(source: Source, said: Pick<DatasetDefinition, 'relation' | 'key'>): Dataset {
  const nothing = { description: '', fingerprint: '', parameters: [], columns: [], order: [], rowLimit: null }
  const patience = { withinMs: 60_000, freshMs: 60_000, failedMs: 0 }
  return createDataset({ ...nothing, name: 'things', timeoutMs: 60_000, source, ...said }, patience)
}

/** DuckDB starts a process each time. */
const AT_ONCE = 4

/** What of a dataset is read on from behind a row; null when it has to be read from the start. */
async function read(dataset: Dataset, selection: Selection, behind: { key: Cell[]; rows: number } | null) {
  const rows = await dataset.open(selection, behind)
  if (!rows) return null
  try {
    return { rows: (await Array.fromAsync(rows.batches())).flat(), keyAt: rows.keyAt, total: rows.total }
  } finally {
    await rows.close()
  }
}

/** A key as an attempt finds it that goes on, from the disk. */
async function kept(key: Cell[]): Promise<Cell[] | null> {
  await using folder = await temporaryFolder()
  const place = { folder: folder.path, id: 'job', minFreeBytes: 0 }
  const file = await UnfinishedFile.begin({ ...place, attempt: randomUUID() }, 'f')
  await file.write('x')
  await (
    await file.checkpoint(1, key)
  ).safe
  await file.close()
  const next = await UnfinishedFile.begin({ ...place, attempt: randomUUID() }, 'f')
  await next.close()
  return next.resumed?.key ?? null
}

/** Exports everything of a relation twice, as two attempts of one job, and gives what each has come to. */
export async function twoAttempts(source: Source, relation: DatasetDefinition['relation']) {
  const dataset = datasetOf(source, { relation, key: null })
  await using folder = await temporaryFolder()
  const place = { folder: folder.path, id: 'job', minFreeBytes: 0 }
  const catalogue = { list: () => [dataset], pick: () => dataset }
  const attempt = () =>
    writeExport({ ...place, attempt: randomUUID() }, { dataset: 'things', format: 'csv' }, catalogue, () => undefined)
  const [first] = await Promise.allSettled([attempt()])
  const [second] = await Promise.allSettled([attempt()])
  return [first, second].map((outcome) =>
    outcome.status === 'fulfilled'
      ? { rows: outcome.value.rows, code: null }
      : { rows: null, code: (outcome.reason as { code?: unknown }).code },
  )
}

export interface GoingOn {
  rows: Cell[][]
  /** For each row whether an export goes on behind it. */
  goesOn: boolean[]
}

/** Goes on behind every row in turn, and expects either the rows behind it or that the export starts over. */
export async function goOnEverywhere(dataset: Dataset): Promise<GoingOn> {
  const selection = await dataset.select({})
  const whole = await read(dataset, selection, null)
  if (!whole) throw new Error('a dataset is always read from its first row on')
  const { rows, keyAt, total } = whole
  const goOnBehind = async (at: number): Promise<boolean> => {
    const key = keyAt && (await kept(keyAt.map((column) => rows[at]?.[column] as Cell)))
    const rest = key && (await read(dataset, selection, { key, rows: at + 1 }))
    if (rest) expect([at, rest.rows, rest.total]).toEqual([at, rows.slice(at + 1), total])
    return rest !== null
  }
  const goesOn: boolean[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE).map((_, next) => goOnBehind(at + next))
    goesOn.push(...(await Promise.all(some)))
  }
  return { rows, goesOn }
}
