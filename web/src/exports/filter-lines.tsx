import type { DatasetInfo, ListDatasetsOutput } from '@queue-ops/server/contract'
import type { DraftFilter } from './draft.ts'

interface Props {
  dataset: DatasetInfo
  types: ListDatasetsOutput['types']
  filters: readonly DraftFilter[]
  choose: (filters: DraftFilter[]) => void
}

/** Which rows: tests of columns, all of which must hold. */
export function FilterLines({ dataset, types, filters, choose }: Props) {
  const columns = dataset.columns.filter(({ filterable }) => filterable)
  const [first] = columns
  if (!first) return null
  const testsOf = (name: string) => {
    const type = columns.find((column) => column.name === name)?.type
    return (type && types[type]) ?? { tests: [], example: '' }
  }
  const change = (id: number, changed: Partial<DraftFilter>) =>
    choose(filters.map((filter) => (filter.id === id ? { ...filter, ...changed } : filter)))
  const add = () => {
    const id = Math.max(0, ...filters.map((filter) => filter.id)) + 1
    choose([...filters, { id, column: first.name, test: testsOf(first.name).tests[0] ?? 'eq', value: '' }])
  }
  return (
    <fieldset className="export-filters">
      <legend>Only rows where</legend>
      {filters.map(({ id, column, test, value }) => (
        <div key={id} className="export-filter">
          <select
            aria-label="Column"
            value={column}
            onChange={(event) => {
              const { tests } = testsOf(event.target.value)
              change(id, { column: event.target.value, test: tests.find((each) => each === test) ?? tests[0] ?? 'eq' })
            }}
          >
            {columns.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <select aria-label="Test" value={test} onChange={(event) => change(id, { test: event.target.value })}>
            {testsOf(column).tests.map((each) => (
              <option key={each} value={each}>
                {words[each] ?? each}
              </option>
            ))}
          </select>
          {test === 'null' ? (
            <select
              aria-label="Value"
              value={value === 'false' ? 'false' : 'true'}
              onChange={(event) => change(id, { value: event.target.value })}
            >
              <option value="true">empty</option>
              <option value="false">not empty</option>
            </select>
          ) : (
            <input
              aria-label="Value"
              value={value}
              placeholder={String(testsOf(column).example ?? '')}
              onChange={(event) => change(id, { value: event.target.value })}
            />
          )}
          <button type="button" className="button" onClick={() => choose(filters.filter((each) => each.id !== id))}>
            Remove<span className="unseen"> this test of {column}</span>
          </button>
        </div>
      ))}
      <button type="button" className="button" onClick={add}>
        Add a test
      </button>
    </fieldset>
  )
}

const words: Record<string, string> = {
  eq: 'is',
  ne: 'is not',
  gt: 'is more than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  in: 'is one of',
  not_in: 'is none of',
  prefix: 'begins with',
  contains: 'contains',
  null: 'is',
}
