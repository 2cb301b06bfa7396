import type {
  Compression,
  DatasetInfo,
  ExportFormat,
  ListDatasetsOutput,
  StartExportInput,
} from '@queue-ops/server/contract'

/** A line of the form: a test of a column. */
export interface DraftFilter {
  id: number
  column: string
  test: string
  /** As typed; several after commas where the test takes a list. */
  value: string
}

/** An export as somebody is putting it together. */
export interface Draft {
  format: ExportFormat
  /** Null: all of the dataset. */
  columns: string[] | null
  filters: DraftFilter[]
  parameters: Record<string, string>
  /** A column, '' for the order of the dataset. */
  orderBy: string
  isDescending: boolean
  limit: string
  compression: Compression
}

export const emptyDraft: Draft = {
  format: 'csv',
  columns: null,
  filters: [],
  parameters: {},
  orderBy: '',
  isDescending: false,
  limit: '',
  compression: 'none',
}

type Types = ListDatasetsOutput['types']

/** What start_export takes. What is wrong with a value the server says best, so nothing is refused here. */
export function requestOf(draft: Draft, dataset: DatasetInfo, types: Types): StartExportInput {
  const filters = filtersOf(draft, dataset, types)
  const parameters = parametersOf(draft, dataset, types)
  return {
    dataset: dataset.name,
    format: draft.format,
    ...(draft.columns && { columns: draft.columns }),
    ...(Object.keys(filters).length > 0 && { filters }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(draft.orderBy && { order_by: [{ column: draft.orderBy, direction: draft.isDescending ? 'desc' : 'asc' }] }),
    ...(draft.limit.trim() && { limit: Number(draft.limit) }),
    ...(draft.compression !== 'none' && { compression: draft.compression }),
  }
}

function filtersOf({ filters }: Draft, dataset: DatasetInfo, types: Types) {
  const tests: Record<string, Record<string, unknown>> = {}
  for (const { column, test, value } of filters) {
    const type = dataset.columns.find(({ name }) => name === column)?.type
    const read = (text: string) => valueOf(text, type && types[type]?.example)
    tests[column] = { ...tests[column], [test]: testValue(test, value, read) }
  }
  return tests
}

function testValue(test: string, value: string, read: (text: string) => unknown): unknown {
  if (test === 'null') return value !== 'false'
  if (test === 'in' || test === 'not_in') return value.split(',').map((each) => read(each.trim()))
  return read(value)
}

function parametersOf({ parameters }: Draft, dataset: DatasetInfo, types: Types) {
  const given = dataset.parameters.filter(({ name }) => parameters[name])
  return Object.fromEntries(
    given.map(({ name, type }) => [name, valueOf(parameters[name] ?? '', types[type]?.example)]),
  )
}

/** What was typed, as values of the type are written by the example of it. */
function valueOf(text: string, example: unknown): unknown {
  if (typeof example === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (typeof example === 'boolean' && /^(?:true|false)$/i.test(text.trim())) return text.trim().toLowerCase() === 'true'
  return text
}
