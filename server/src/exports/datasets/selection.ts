import type { Column, DatasetParameter, ExportSelection } from '../../contract.ts'
import type { Bindable, Description, Order } from '../sources/source.ts'
import type { DatasetDefinition, Selection } from './dataset.ts'
import { readTests } from './filters.ts'
import { listed, Mistakes, quoted } from './mistakes.ts'
import { readValue, Unfit } from './values.ts'

/**
 * Puts what a client asks for into names and values that exist. Throws OpsError `invalid_input` with every mistake.
 *
 * @param columns those that clients may know of
 */
export function readSelection(
  dataset: DatasetDefinition,
  columns: Column[],
  described: Description,
  wanted: ExportSelection,
): Selection {
  const mistakes = new Mistakes()
  const filtered = { name: dataset.name, columns, dynamic: dataset.source.dynamic === true }
  const tests = readTests(filtered, wanted.filters ?? {}, mistakes)
  const picked = wanted.columns ? pickColumns(dataset.name, columns, wanted.columns, mistakes) : columns
  const order = wanted.order_by ? readOrder(dataset.name, columns, wanted.order_by, mistakes) : dataset.order
  const parameters = readParameters(dataset, wanted.parameters ?? {}, mistakes)
  mistakes.refuse()
  const known = dataset.key ?? described.key ?? []
  const unordered = described.columns.filter(({ name, isUnordered }) => isUnordered && known.includes(name))
  const key = order.length === 0 && known.length > 0 && unordered.length === 0 ? known : null
  return {
    columns: picked,
    behind: hiddenColumns(described, picked, key ?? []),
    tests,
    parameters,
    order: key ? [] : withTieBreaker(order, known),
    ...readLimit(dataset.rowLimit, wanted.limit),
    key,
    unordered,
  }
}

/** Without one, rows that are equal in the order would come in another sequence each time. */
function withTieBreaker(order: Order[], key: string[]): Order[] {
  // In the direction of the last column, so that an index on it gives both.
  const descending = order.at(-1)?.descending ?? false
  const rest = key.filter((name) => !order.some(({ column }) => column === name))
  return [...order, ...rest.map((column) => ({ column, descending }))]
}

/** A limit of the operator cuts what the client expects whole, so it has to be told. */
function readLimit(rowLimit: number | null, wanted: number | undefined): Pick<Selection, 'limit' | 'tellsCut'> {
  if (rowLimit === null || (wanted !== undefined && wanted <= rowLimit))
    return { limit: wanted ?? null, tellsCut: false }
  return { limit: rowLimit, tellsCut: true }
}

function pickColumns(dataset: string, columns: Column[], names: string[], mistakes: Mistakes): Column[] {
  refuseTwice('columns', names, mistakes)
  refuseUnknown(dataset, columns, names, mistakes)
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? [])
}

function readOrder(
  dataset: string,
  columns: Column[],
  wanted: NonNullable<ExportSelection['order_by']>,
  mistakes: Mistakes,
): Order[] {
  const names = wanted.map(({ column }) => column)
  refuseTwice('order_by', names, mistakes)
  refuseUnknown(dataset, columns, names, mistakes)
  for (const { name, type } of columns) {
    if (type === 'json' && names.includes(name))
      mistakes.add(`order_by cannot name "${name}": it holds JSON, which has no order.`)
  }
  return wanted.map(({ column, direction }) => ({ column, descending: direction === 'desc' }))
}

function refuseUnknown(dataset: string, columns: Column[], names: string[], mistakes: Mistakes) {
  const known = columns.map((column) => column.name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    mistakes.add(`Dataset "${dataset}" has no column ${quoted(...unknown)}; its columns are: ${listed(known)}.`)
}

function refuseTwice(what: string, names: string[], mistakes: Mistakes) {
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at))
  if (twice.size > 0) mistakes.add(`${what} names ${quoted(...twice)} more than once.`)
}

function readParameters(
  { name, parameters }: DatasetDefinition,
  given: Record<string, unknown>,
  mistakes: Mistakes,
): Record<string, Bindable> {
  const known = parameters.map((parameter) => parameter.name)
  const wrong = Object.keys(given).filter((parameter) => !known.includes(parameter))
  if (wrong.length > 0) {
    const exist = known.length > 0 ? `its parameters are: ${listed(known)}` : 'it has none'
    mistakes.add(`Dataset "${name}" has no parameter ${quoted(...wrong)}; ${exist}.`)
  }
  return Object.fromEntries(
    parameters.map((parameter) => [
      parameter.name,
      readParameter(parameter, Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined, mistakes),
    ]),
  )
}

function readParameter(
  { name, type, required, default: preset }: DatasetParameter,
  given: unknown,
  mistakes: Mistakes,
) {
  const value = given === undefined ? preset : given
  if (value === null && given === undefined) {
    if (required) mistakes.add(`Parameter "${name}" (${type}) has to be given: it needs ${needOf(type)}.`)
    return null
  }
  const read = readValue({ type }, value)
  if (!(read instanceof Unfit) && !(read instanceof Uint8Array)) return read
  mistakes.add(`Parameter "${name}" (${type}) needs ${needOf(type, value)}, not ${quoted(value)}.`)
  return null
}

function needOf(type: DatasetParameter['type'], given?: unknown): string {
  const read = readValue({ type }, given)
  return read instanceof Unfit ? read.need : 'a value'
}

/** Columns that have to be read besides, so that reading can go on behind a row. */
function hiddenColumns(described: Description, picked: Column[], key: string[]) {
  return key
    .filter((name) => !picked.some((column) => column.name === name))
    .map((name) => ({
      name,
      type: described.columns.find((column) => column.name === name)?.type ?? ('text' as const),
    }))
}
