import {
  ExportFormat,
  ListDatasetsInput,
  ListDatasetsOutput,
  type ColumnType,
  type DatasetInfo,
  type FilterType,
} from '../contract.ts'
import { OpsError } from '../errors.ts'
import { askEach } from '../exports/datasets/ask-each.ts'
import type { Catalogue } from '../exports/datasets/catalogue.ts'
import type { Dataset } from '../exports/datasets/dataset.ts'
import { operatorsOf } from '../exports/datasets/operators.ts'
import { exampleOf } from '../exports/datasets/values.ts'
import { pageOf } from './page.ts'
import { readOnly, type Tool } from './tool.ts'

export const listDatasets = (catalogue: Catalogue): Tool<typeof ListDatasetsInput, typeof ListDatasetsOutput> => ({
  name: 'list_datasets',
  title: 'List the datasets',
  description:
    'Tells which datasets can be exported, with their columns and parameters, which filters each type of column takes, and in which file formats. A long list comes in pages: next_cursor is for the next one.',
  input: ListDatasetsInput,
  output: ListDatasetsOutput,
  annotations: readOnly,
  async handle(input) {
    const { items, nextCursor } = pageOf(catalogue.list(), ({ name }) => name, input)
    const datasets = await askEach(items, describe)
    return {
      output: { datasets, next_cursor: nextCursor, types: typesOf(datasets), formats: ExportFormat.options },
    }
  },
})

async function describe(dataset: Dataset): Promise<DatasetInfo> {
  const { name, description, parameters, rowLimit } = dataset
  const known = { name, description, parameters, row_limit: rowLimit }
  try {
    return { ...known, columns: await dataset.columns(), problem: null }
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return { ...known, columns: [], problem: error.message }
  }
}

/** Once an answer, since tables have more columns than there are types. */
function typesOf(datasets: DatasetInfo[]): Partial<Record<ColumnType, FilterType>> {
  const types = new Set(
    datasets.flatMap(({ columns, parameters }) => [...columns, ...parameters].map(({ type }) => type)),
  )
  return Object.fromEntries([...types].map((type) => [type, { tests: operatorsOf[type], example: exampleOf(type) }]))
}
