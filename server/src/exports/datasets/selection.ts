import type { Column, ExportSelection } from '../../contract.ts'
import { OpsError } from '../../errors.ts'
import type { Bindable, Description } from '../sources/source.ts'
import type { DatasetDefinition, Selection } from './dataset.ts'
import { readTests } from './filters.ts'

/** Puts what a client asks for into names and values that exist. Throws OpsError `invalid_input`. */
export function readSelection(
  dataset: DatasetDefinition,
  columns: Column[],
  described: Description,
  wanted: ExportSelection,
): Selection {
  const pick = (name: string): Column =>
    columns.find((column) => column.name === name) ?? unknown(dataset, columns, name)
  const order = wanted.order_by?.map(({ column, direction }) => ({
    column: pick(column).name,
    descending: direction === 'desc',
  }))
  const limits = [wanted.limit, dataset.rowLimit].filter((limit) => typeof limit === 'number')
  const key = dataset.key ?? described.key
  const isKeyOrdered = !order && dataset.order.length === 0
  return {
    columns: wanted.columns?.map(pick) ?? columns,
    tests: readTests(dataset.name, columns, wanted.filters ?? {}),
    parameters: readParameters(dataset, wanted.parameters ?? {}),
    order: order ?? dataset.order,
    limit: limits.length > 0 ? Math.min(...limits) : null,
    key: isKeyOrdered ? key : null,
  }
}

function readParameters(
  { name, parameters }: DatasetDefinition,
  given: Record<string, Bindable>,
): Record<string, Bindable> {
  const known = parameters.map((parameter) => parameter.name)
  const wrong = Object.keys(given).filter((parameter) => !known.includes(parameter))
  const missing = parameters.filter((parameter) => parameter.required && given[parameter.name] === undefined)
  if (wrong.length > 0) {
    const exist = known.length > 0 ? `its parameters are: ${known.join(', ')}` : 'it has none'
    throw new OpsError('invalid_input', `Dataset "${name}" has no parameter ${quoted(wrong)}; ${exist}.`)
  }
  if (missing.length > 0) {
    const names = quoted(missing.map((parameter) => parameter.name))
    throw new OpsError('invalid_input', `Dataset "${name}" needs a value for the parameter ${names}.`)
  }
  return Object.fromEntries(known.map((parameter) => [parameter, given[parameter] ?? null]))
}

function unknown({ name }: DatasetDefinition, columns: Column[], wrong: string): never {
  const exist = columns.map((column) => column.name).join(', ')
  throw new OpsError('invalid_input', `Dataset "${name}" has no column "${wrong}"; its columns are: ${exist}.`)
}

const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ')
