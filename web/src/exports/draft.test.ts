import type { DatasetInfo, ListDatasetsOutput } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { emptyDraft, requestOf, type Draft } from './draft.ts'

const column = (name: string, type: DatasetInfo['columns'][number]['type']) => ({
  name,
  type,
  source_type: type,
  label: null,
  filterable: true,
})
const dataset: DatasetInfo = {
  name: 'cities',
  description: '',
  parameters: [{ name: 'year', type: 'integer', description: '', required: true, default: null }],
  row_limit: null,
  columns: [column('country', 'text'), column('population', 'integer'), column('capital', 'boolean')],
  more_columns: 0,
  problem: null,
}
const types: ListDatasetsOutput['types'] = {
  text: { tests: ['eq', 'in'], example: 'text' },
  integer: { tests: ['eq', 'gte', 'lt', 'null'], example: 1 },
  boolean: { tests: ['eq'], example: true },
}
const request = (change: Partial<Draft>) => requestOf({ ...emptyDraft, ...change }, dataset, types)
const filter = (column: string, test: string, value: string) => ({ id: 1, column, test, value })

test('what was left as it is, is left to the server', () => {
  expect(request({})).toEqual({ dataset: 'cities', format: 'csv' })
})

test('values are written as their column takes them, several tests of a column stand together', () => {
  const filters = [
    filter('population', 'gte', '100000'),
    filter('population', 'lt', ' 5e6'),
    filter('country', 'in', 'NL, BE'),
    filter('capital', 'eq', 'True'),
  ]
  expect(request({ filters }).filters).toEqual({
    population: { gte: 100_000, lt: 5_000_000 },
    country: { in: ['NL', 'BE'] },
    capital: { eq: true },
  })
})

test('what is no value of its column goes as it was typed: the server says what is wrong', () => {
  expect(request({ filters: [filter('population', 'eq', 'many')] }).filters).toEqual({ population: { eq: 'many' } })
  expect(request({ filters: [filter('country', 'eq', '007')] }).filters).toEqual({ country: { eq: '007' } })
})

test('columns, parameters, order, limit and compression are passed on', () => {
  const draft = {
    columns: ['country'],
    parameters: { year: '2026' },
    orderBy: 'population',
    isDescending: true,
    limit: '10',
    compression: 'gzip',
  } as const
  expect(request({ ...draft, columns: [...draft.columns] })).toEqual({
    dataset: 'cities',
    format: 'csv',
    columns: ['country'],
    parameters: { year: 2026 },
    order_by: [{ column: 'population', direction: 'desc' }],
    limit: 10,
    compression: 'gzip',
  })
})
