import {
  ExportFormat,
  ListDatasetsInput,
  ListDatasetsOutput,
  type Column,
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
import { pageOf, thoseThatFit, type PageInput } from './page.ts'
import { readOnly, type Tool } from './tool.ts'

export const listDatasets = (catalogue: Catalogue): Tool<typeof ListDatasetsInput, typeof ListDatasetsOutput> => ({
  name: 'list_datasets',
  title: 'List the datasets',
  description:
    'Tells which datasets can be exported, with their columns and parameters, which filters each type of column takes, and in which file formats. A long list comes in pages: next_cursor is for the next one.',
  input: ListDatasetsInput,
  output: ListDatasetsOutput,
  annotations: readOnly,
  async handle({ dataset, ...page }) {
    const { datasets, nextCursor } =
      dataset === undefined
        ? await pageOfDatasets(catalogue.list(), page)
        : await pageOfColumns(catalogue.pick(dataset), page)
    return {
      output: { datasets, next_cursor: nextCursor, types: typesOf(datasets), formats: ExportFormat.options },
    }
  },
})

const nameOf = ({ name }: { name: string }) => name

interface Page {
  datasets: DatasetInfo[]
  nextCursor: string | null
}

/** Of a dataset with more columns a list tells so many. */
const COLUMNS_IN_A_LIST = 40

async function pageOfDatasets(all: Dataset[], page: PageInput): Promise<Page> {
  const described = await askEach(pageOf(all, nameOf, page).items, describe)
  const datasets = thoseThatFit(described.map((each) => withColumns(each, each.columns.slice(0, COLUMNS_IN_A_LIST))))
  const { nextCursor } = pageOf(all, nameOf, { ...page, limit: datasets.length })
  return { datasets, nextCursor }
}

async function pageOfColumns(dataset: Dataset, page: PageInput): Promise<Page> {
  const described = await describe(dataset)
  const limit = page.limit ?? described.columns.length
  const columns = thoseThatFit(pageOf(described.columns, nameOf, { ...page, limit }).items)
  const { nextCursor } = pageOf(described.columns, nameOf, { ...page, limit: columns.length })
  return { datasets: [withColumns(described, columns)], nextCursor }
}

const withColumns = (dataset: DatasetInfo, columns: Column[]): DatasetInfo => ({
  ...dataset,
  columns,
  more_columns: dataset.columns.length - columns.length,
})

async function describe(dataset: Dataset): Promise<DatasetInfo> {
  const { name, description, parameters, rowLimit } = dataset
  const known = { name, description, parameters, row_limit: rowLimit, more_columns: 0 }
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
