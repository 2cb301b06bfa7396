import type { ColumnType, FilterOperator } from '../../contract.ts'

const compared: FilterOperator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'null']

/** The tests that make sense for columns of a type. */
export const operatorsOf: Record<ColumnType, FilterOperator[]> = {
  text: [...compared.slice(0, -1), 'prefix', 'contains', 'null'],
  integer: compared,
  real: compared,
  decimal: compared,
  boolean: ['eq', 'ne', 'null'],
  date: compared,
  time: compared,
  datetime: compared,
  timestamp: compared,
  json: ['null'],
  binary: ['eq', 'ne', 'in', 'not_in', 'null'],
}
