import { z } from 'zod'
import { ExportFormat, ListDatasetsOutput, type DatasetInfo } from '../contract.ts'
import type { Catalogue } from '../exports/datasets/catalogue.ts'
import type { Dataset } from '../exports/datasets/dataset.ts'
import { OpsError } from '../errors.ts'
import { readOnly, type Tool } from './tool.ts'

const NoInput = z.strictObject({})

export const listDatasets = (catalogue: Catalogue): Tool<typeof NoInput, typeof ListDatasetsOutput> => ({
  name: 'list_datasets',
  title: 'List the datasets',
  description: 'Tells which datasets can be exported, with their columns, and in which file formats.',
  input: NoInput,
  output: ListDatasetsOutput,
  annotations: readOnly,
  handle: async () => ({
    output: { datasets: await Promise.all(catalogue.list().map(describe)), formats: ExportFormat.options },
  }),
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
