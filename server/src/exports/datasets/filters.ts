import type { Column, Filters } from '../../contract.ts'
import { OpsError } from '../../errors.ts'
import type { Bindable, Test, TestOperator } from '../sources/source.ts'

/** Puts filters into tests of columns that exist. Throws OpsError `invalid_input` that names what exists. */
export function readTests(dataset: string, columns: Column[], filters: Filters): Test[] {
  refuseUnknown(dataset, columns, Object.keys(filters))
  return columns.flatMap((column) => {
    const filter = filters[column.name]
    if (filter === undefined) return []
    if (filter === null) return [{ column, operator: 'is_null', values: [] } satisfies Test]
    if (typeof filter !== 'object') return [{ column, operator: 'eq', values: [filter] } satisfies Test]
    return Object.entries(filter).flatMap(([operator, value]) =>
      value === undefined ? [] : [readTest(column, operator, value)],
    )
  })
}

function readTest(column: Column, operator: string, value: Bindable | Bindable[]): Test {
  if (operator === 'null') return { column, operator: value ? 'is_null' : 'not_null', values: [] }
  return { column, operator: operator as TestOperator, values: Array.isArray(value) ? value : [value] }
}

function refuseUnknown(dataset: string, columns: Column[], names: string[]) {
  const known = columns.filter((column) => column.filterable).map((column) => column.name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const named = unknown.map((column) => `"${column}"`).join(', ')
  throw new OpsError(
    'invalid_input',
    `Dataset "${dataset}" has no column ${named}; its columns are: ${known.join(', ')}.`,
  )
}
