import type { Column, ColumnType, FilterOperator } from '../../contract.ts'
import type { Cell, Test } from '../sources/source.ts'
import { listed, quoted, type Mistakes } from './mistakes.ts'
import { operatorsOf } from './operators.ts'
import { readValue, Unfit, type ValueKind } from './values.ts'

const MAX_FILTERS = 100
const MAX_LIST = 1000
/** Statements have a limit of bound values; SQLite's is the lowest with 32,766. */
const MAX_VALUES = 10_000

/** Where filters are read for. */
export interface FilteredDataset {
  name: string
  columns: Column[]
  /** Its source holds values of any type in any column. */
  dynamic: boolean
}

/** Puts filters into tests of columns that exist, every value of the type of its column. */
export function readTests(dataset: FilteredDataset, filters: Record<string, unknown>, mistakes: Mistakes): Test[] {
  const entries = Object.entries(filters)
  if (entries.length > MAX_FILTERS) {
    mistakes.add(`Filters may name at most ${MAX_FILTERS} columns, not ${entries.length}.`)
    return []
  }
  const known = new Map(dataset.columns.map((column) => [column.name, column]))
  refuseUnknown(dataset, [...known.keys()], Object.keys(filters), mistakes)
  const tests = entries.flatMap(([name, filter]) => {
    const column = known.get(name)
    return column?.filterable ? readFilter({ column, dynamic: dataset.dynamic, mistakes }, filter) : []
  })
  const values = tests.reduce((sum, test) => sum + test.values.length, 0)
  if (values > MAX_VALUES) mistakes.add(`Filters may hold at most 10,000 values in all, not ${values}.`)
  return tests
}

function refuseUnknown({ name, columns }: FilteredDataset, known: string[], asked: string[], mistakes: Mistakes) {
  const unknown = asked.filter((column) => !known.includes(column))
  if (unknown.length > 0)
    mistakes.add(`Dataset "${name}" has no column ${quoted(...unknown)}; its columns are: ${listed(known)}.`)
  const open = columns.filter((column) => column.filterable).map((column) => column.name)
  const closed = asked.filter((column) => known.includes(column) && !open.includes(column))
  if (closed.length === 0) return
  const others = open.length > 0 ? `those that filters may name are: ${listed(open)}` : 'none of its columns can'
  mistakes.add(`Dataset "${name}" cannot be filtered by ${quoted(...closed)}; ${others}.`)
}

interface Filtered {
  column: Column
  dynamic: boolean
  mistakes: Mistakes
}

function readFilter(filtered: Filtered, filter: unknown): Test[] {
  const { column, mistakes } = filtered
  if (filter === null) return [{ column, operator: 'is_null', values: [] }]
  if (typeof filter !== 'object') return readTest(filtered, 'eq', filter, '')
  if (Array.isArray(filter)) {
    mistakes.add(`Filter ${named(column)} is a list: write {"in": [ … ]}.`)
    return []
  }
  const tests = Object.entries(filter).filter(([, value]) => value !== undefined)
  if (tests.length === 0) mistakes.add(`Filter ${named(column)} holds no test; ${itsTests(column)}.`)
  return tests.flatMap(([operator, value]) => {
    if (isOperator(column.type, operator)) return readTest(filtered, operator, value, `: ${operator}`)
    mistakes.add(`Filter ${named(column)} has no test ${quoted(operator)}; ${itsTests(column)}.`)
    return []
  })
}

function readTest(filtered: Filtered, operator: FilterOperator, given: unknown, label: string): Test[] {
  const { column, dynamic, mistakes } = filtered
  const needs = (need: string, value: unknown) => {
    mistakes.add(`Filter ${named(column)}${label} needs ${need}, not ${quoted(value)}.`)
    return []
  }
  if (!isOperator(column.type, operator)) {
    mistakes.add(`Filter ${named(column)} cannot ask for a value; ${itsTests(column)}.`)
    return []
  }
  if (operator === 'null') {
    if (typeof given !== 'boolean') return needs('true or false', given)
    return [{ column, operator: given ? 'is_null' : 'not_null', values: [] }]
  }
  const isList = operator === 'in' || operator === 'not_in'
  if (isList && !(Array.isArray(given) && given.length > 0 && given.length <= MAX_LIST))
    return needs(`a list of 1 to ${MAX_LIST.toLocaleString('en')} values`, given)
  const values: Cell[] = []
  for (const value of isList ? (given as unknown[]) : [given]) {
    const read = readOperand(operator, { ...kindOf(column), dynamic }, value)
    if (read instanceof Unfit) return needs(read.need, value)
    values.push(read)
  }
  return [{ column, operator, values }]
}

function readOperand(operator: FilterOperator, kind: ValueKind, given: unknown): Cell | Unfit {
  if (given === null) {
    const { need } = readValue(kind, undefined) as Unfit
    return new Unfit(`${need} (where it is null: {"null": true})`)
  }
  if (operator !== 'prefix' && operator !== 'contains') return readValue(kind, given)
  if (typeof given !== 'string' || given === '') return new Unfit('a text that is not empty')
  return readValue({ type: 'text' }, given)
}

const kindOf = ({ type, source_type }: Column): ValueKind => ({ type, sourceType: source_type })

const isOperator = (type: ColumnType, word: string): word is FilterOperator =>
  (operatorsOf[type] as string[]).includes(word)

const named = ({ name, type }: Column) => `"${name}" (${type})`

const itsTests = ({ type }: Column) => `its tests are: ${operatorsOf[type].join(', ')}`
