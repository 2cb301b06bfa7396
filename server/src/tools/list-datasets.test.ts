import { expect, test } from 'vitest'
import { createLog } from '../log.ts'
import { createCatalogue } from '../exports/datasets/catalogue.ts'
import { createDataset } from '../exports/datasets/dataset.ts'
import type { Source } from '../exports/sources/source.ts'
import { listDatasets } from './list-datasets.ts'

test('a page of datasets whose sources start a process each does not start all of them at once', async () => {
  let processes = 0
  let most = 0
  const source: Source = {
    startsProcess: true,
    async describe() {
      most = Math.max(most, ++processes)
      await new Promise(setImmediate)
      processes--
      return { columns: [{ name: 'id', type: 'integer', sourceType: 'INTEGER' }], key: null }
    },
    read: () => Promise.reject(new Error('nobody reads rows here')),
  }
  const definition = (name: string) => ({
    name,
    description: '',
    fingerprint: '',
    source,
    relation: { whole: true as const },
    parameters: [],
    columns: [],
    key: null,
    order: [],
    rowLimit: null,
    timeoutMs: 1000,
  })
  const call = {
    principal: null,
    via: 'test',
    signal: new AbortController().signal,
    progress: async () => undefined,
    log: createLog('silent'),
  }
  const names = Array.from({ length: 20 }, (_, at) => `d${at}`)
  const catalogue = createCatalogue(
    names.map((name) => createDataset(definition(name), { withinMs: 60_000, freshMs: 0, failedMs: 0 })),
  )
  const { output } = await listDatasets(catalogue).handle({}, call)
  expect(output.datasets.map(({ name, columns }) => [name, columns.length])).toEqual(names.map((name) => [name, 1]))
  expect(most).toBe(2)
})
