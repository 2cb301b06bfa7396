import type { Column, ColumnType, DatasetParameter, ExportSelection } from '../../contract.ts'
import type { Bindable, Cell, Description, Relation, Source, Test } from '../sources/source.ts'
import { readSelection } from './selection.ts'

/** How an operator describes a dataset. */
export interface DatasetDefinition {
  name: string
  description: string
  source: Source
  /** A table or view, or a query with `:name` for each parameter. */
  relation: { table: string } | { query: string }
  parameters: DatasetParameter[]
  /** What differs from what the source says of its columns. */
  columns: { name: string; type?: ColumnType; label?: string; hidden?: boolean; filterable?: boolean }[]
  /** Columns that are unique together and never null, for what the source knows no key of (views, queries). */
  key: string[] | null
  order: { column: string; descending: boolean }[]
  rowLimit: number | null
  timeoutMs: number
}

/** What of a dataset is asked for; every name in it exists, every value fits its column. */
export interface Selection {
  columns: Column[]
  tests: Test[]
  parameters: Record<string, Bindable>
  order: { column: string; descending: boolean }[]
  limit: number | null
  /** The columns by which rows are ordered when reading can go on behind any of them, else null. */
  key: string[] | null
}

/** Rows being read. Close it whatever happens. */
export interface Rows {
  columns: Column[]
  /** Where in a row stands what `open` needs to go on behind it; null when it cannot. */
  keyAt: number[] | null
  /** How many rows there will be from the very first on, null when the source cannot tell cheaply. */
  total: number | null
  /** The rows in batches. The first cells of each are those of `columns`; there may be more. */
  batches(): AsyncIterable<Cell[][]>
  close(): Promise<void>
}

/** Something that can be exported. All calls reject with OpsError `dataset_unreadable` or `dataset_broken`. */
export interface Dataset {
  name: string
  description: string
  parameters: DatasetParameter[]
  rowLimit: number | null
  /** The columns that may be exported, as they are now. */
  columns(): Promise<Column[]>
  /** Checks what a client asks for. Rejects with OpsError `invalid_input` that names what exists. */
  select(wanted: ExportSelection): Promise<Selection>
  /** @param behind the key of the last row that is there already, and how many those are; null: from the first row on */
  open(selection: Selection, behind: { key: Cell[]; rows: number } | null): Promise<Rows>
}

export function createDataset(definition: DatasetDefinition): Dataset {
  const { name, description, source, relation, parameters, rowLimit, timeoutMs } = definition
  const withValues = (values: Record<string, Bindable>): Relation =>
    'table' in relation ? relation : { ...relation, parameters: values }
  // Columns do not depend on values: a source that has to see a value to tell them is given none.
  const describe = () => source.describe(withValues(Object.fromEntries(parameters.map(({ name }) => [name, null]))))
  const columns = async () => visibleColumns(definition, await describe())

  return {
    name,
    description,
    parameters,
    rowLimit,
    columns,
    async select(wanted) {
      const description = await describe()
      return readSelection(definition, visibleColumns(definition, description), description, wanted)
    },
    async open({ columns, tests, parameters, order, limit, key }, behind) {
      const hiddenKey = (key ?? []).filter((name) => !columns.some((column) => column.name === name))
      // The type of a key that is not exported does not matter: it goes back to the source as it came.
      const read = [...columns, ...hiddenKey.map((name) => ({ name, type: 'text' as const }))]
      const rows = await source.read({
        relation: withValues(parameters),
        columns: read,
        tests,
        order: key ? key.map((column) => ({ column, descending: false })) : order,
        after: key && behind ? { columns: key, values: behind.key } : null,
        limit: limit === null ? null : limit - (behind?.rows ?? 0),
        timeoutMs,
      })
      return {
        columns,
        keyAt: key?.map((name) => read.findIndex((column) => column.name === name)) ?? null,
        total: rows.total === null ? null : rows.total + (behind?.rows ?? 0),
        batches: () => rows.batches(),
        close: () => rows.close(),
      }
    },
  }
}

/** The source's columns with what the operator says of them, without those that are hidden. */
function visibleColumns({ columns }: DatasetDefinition, described: Description): Column[] {
  return described.columns.flatMap(({ name, type, sourceType }) => {
    const said = columns.find((column) => column.name === name)
    if (said?.hidden) return []
    return [
      {
        name,
        type: said?.type ?? type,
        source_type: sourceType,
        label: said?.label ?? null,
        filterable: said?.filterable ?? true,
      },
    ]
  })
}
