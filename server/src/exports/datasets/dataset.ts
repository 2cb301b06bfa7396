import type { Column, ColumnType, DatasetParameter, ExportSelection } from '../../contract.ts'
import { OpsError } from '../../errors.ts'
import { canBeFound } from '../kept-key.ts'
import type { Bindable, Cell, Description, Order, Relation, Source, SourceRows, Test } from '../sources/source.ts'
import { rowsBehind } from './rows-behind.ts'
import { remembered, type Patience } from './remembered.ts'
import { readSelection } from './selection.ts'

/** How an operator describes a dataset. */
export interface DatasetDefinition {
  name: string
  description: string
  /** Changes with anything that the operator changes. */
  fingerprint: string
  source: Source
  /** A table or view, a query with `:name` for each parameter, or all that the source has. */
  relation: { table: string } | { query: string } | { whole: true }
  parameters: DatasetParameter[]
  /** What differs from what the source says of its columns. */
  columns: {
    name: string
    type?: ColumnType | undefined
    label?: string | undefined
    hidden: boolean
    filterable: boolean
  }[]
  /** Columns that are unique together and never null, for what the source knows no key of (views, queries). */
  key: string[] | null
  order: Order[]
  rowLimit: number | null
  timeoutMs: number
}

/** What of a dataset is asked for; every name in it exists, every value fits its column. */
export interface Selection {
  columns: Column[]
  /** Columns that are read besides them, to go on behind a row. */
  behind: { name: string; type: ColumnType }[]
  tests: Test[]
  parameters: Record<string, Bindable>
  order: Order[]
  limit: number | null
  /** The limit is the operator's: whoever expects all rows has to be told when there are more. */
  tellsCut: boolean
  /** The columns by which rows are ordered when reading can go on behind any of them, else null. */
  key: string[] | null
  /** The columns of the key for which it cannot. */
  unordered: { name: string; sourceType: string }[]
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
  /** What a reader of the rows should know, complete when the last batch was read. */
  notes(): string[]
  close(): Promise<void>
}

/** Something that can be exported. All calls reject with OpsError `dataset_unreadable` or `dataset_broken`. */
export interface Dataset {
  name: string
  description: string
  /** Of another dataset, also one of the same name in a later version of the file, it is another one. */
  fingerprint: string
  parameters: DatasetParameter[]
  rowLimit: number | null
  /** As of its {@link Source}. */
  startsProcess: boolean
  /** The columns that may be exported, as they are now; within and for how long says the {@link Patience}. */
  columns(): Promise<Column[]>
  /** Checks what a client asks for. Rejects with OpsError `invalid_input` that names what exists. */
  select(wanted: ExportSelection): Promise<Selection>
  /** @param behind the key of the last row that is there already, and how many those are; null: from the first row on */
  open(selection: Selection, behind: null): Promise<Rows>
  /** Null when reading cannot go on `behind` that row with certainty, as when it is not there any more. */
  open(selection: Selection, behind: Behind | null): Promise<Rows | null>
}

interface Behind {
  key: Cell[]
  rows: number
}

/** A source that is waited for gives up sooner than whoever asks: it knows why it could not answer. */
const DESCRIBE_SHARE = 0.75

export function createDataset(definition: DatasetDefinition, patience: Patience): Dataset {
  const { name, description, fingerprint, source, relation, parameters, rowLimit, timeoutMs } = definition
  const types = Object.fromEntries(parameters.map(({ name, type }) => [name, type]))
  const withValues = (values: Record<string, Bindable>): Relation =>
    'query' in relation ? { ...relation, parameters: values, types } : relation
  // Columns do not depend on values: a source that has to see a value to tell them is given none.
  const noValues = Object.fromEntries(parameters.map(({ name }) => [name, null]))
  const describe = remembered(
    name,
    async () =>
      refuseMisfit(definition, await source.describe(withValues(noValues), patience.withinMs * DESCRIBE_SHARE)),
    patience,
  )

  return {
    name,
    description,
    fingerprint,
    parameters,
    rowLimit,
    startsProcess: source.startsProcess === true,
    columns: async () => visibleColumns(definition, await describe()),
    async select(wanted) {
      const described = await describe()
      return readSelection(definition, visibleColumns(definition, described), described, wanted)
    },
    open: (async (selection: Selection, behind: Behind | null) => {
      if (!behind) return open(selection, null)
      if (!canBeFound(behind.key)) return null
      try {
        return await open(selection, behind)
      } catch (error) {
        // What is wrong may be the value that reading was to go on behind: from the first row on will tell.
        if (error instanceof OpsError && error.code !== 'dataset_unreadable') return null
        throw error
      }
    }) as Dataset['open'],
  }

  async function open(selection: Selection, behind: Behind | null): Promise<Rows | null> {
    const { columns, tests, order, key } = selection
    const read = [...columns, ...selection.behind]
    const keyAt = key?.map((name) => read.findIndex((column) => column.name === name)) ?? null
    const limit = selection.limit === null ? null : selection.limit - (behind?.rows ?? 0)
    const isUnknown = definition.key !== null
    const found = await source.read({
      relation: withValues(selection.parameters),
      columns: read,
      tests,
      order: key ? key.map((column) => ({ column, descending: false })) : order,
      from: key && behind ? { columns: key, values: behind.key, mayBeNull: isUnknown } : null,
      limit: limit === null ? null : limit + (selection.tellsCut ? 1 : 0) + (behind ? 1 : 0),
      timeoutMs,
    })
    const rows = behind ? await rowsBehind(found, behind.key, keyAt) : found
    if (!rows) return null
    return {
      columns,
      keyAt,
      total: rows.total === null ? null : Math.min(rows.total, limit ?? Infinity) + (behind?.rows ?? 0),
      ...(limit !== null && selection.tellsCut ? cutRows(name, rows, limit, rowLimit) : uncutRows(rows)),
      close: () => rows.close(),
    }
  }
}

const uncutRows = (rows: SourceRows) => ({ batches: () => rows.batches(), notes: () => [] })

/** One row more than `limit` was asked for: it is not given on, but tells that there are more. */
function cutRows(dataset: string, rows: SourceRows, limit: number, rowLimit: number | null) {
  let isCut = false
  async function* batches(): AsyncGenerator<Cell[][]> {
    let left = limit
    for await (const batch of rows.batches()) {
      isCut = batch.length > left
      const kept = isCut ? batch.slice(0, left) : batch
      left -= kept.length
      if (kept.length > 0) yield kept
    }
  }
  const note = `Dataset "${dataset}" gives at most ${rowLimit} rows an export, and there are more: these are the first ${rowLimit}.`
  return { batches, notes: () => (isCut ? [note] : []) }
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

/** A misspelt name must not make a column visible that was to be hidden. Clients are not told the names. */
function refuseMisfit({ name, columns, order, key }: DatasetDefinition, described: Description): Description {
  const exist = described.columns.map((column) => column.name)
  const named = [...columns.map((column) => column.name), ...order.map(({ column }) => column), ...(key ?? [])]
  const missing = named.filter((column) => !exist.includes(column) && !described.key?.includes(column))
  const twice = exist.filter((column, at) => exist.indexOf(column) !== at)
  if (missing.length === 0 && twice.length === 0) return described
  const why = [
    ...missing.map((column) => `columns, order or key names "${column}", which is not there`),
    ...twice.map((column) => `two columns are called "${column}": give one another name with AS`),
  ]
  throw new OpsError(
    'dataset_broken',
    `Dataset "${name}" cannot be read: its description does not fit its source; its operator finds out more with "queue-ops datasets check".`,
    { cause: new Error(why.join('; ')) },
  )
}
