import type { ColumnType } from '../../contract.ts'
import { replaceParameters, type Quoting } from './query-parameters.ts'
import type { Bindable, Cell, FirstRow, Relation, RowQuery, Test, TestOperator } from './source.ts'

/** How a database wants its SQL. */
export interface Dialect {
  quoting: Quoting
  /** A name of a column. */
  identifier(name: string): string
  /** The name of a table as the datasets file gives it; may have a schema in front. */
  table(name: string): string
  /** What the rows of a source without tables are read from. */
  whole?: string
  /** What stands for a column in the list of what is read. Default: the column as it is. */
  cell?(identifier: string, name: string): string
  /** What is compared with the values of a test. Default: the column as it is. */
  operand?(identifier: string, test: Test): string
  /**
   * The whole condition where a comparison of the column with the values would not do, else null. `bound` gives the
   * placeholder of a value, which has to stand in the text in the order of the calls.
   *
   * @param tests all that have to hold beside it
   */
  comparison?(identifier: string, test: Test, tests: Test[], bound: (value: Cell) => string): string | null
  /**
   * A value in the shape that the driver binds right, and what stands for it in the text.
   *
   * @param type of the column that it is compared with, null when that is not known
   * @param at its place among the values, from 1
   * @param column that it is compared with, null when it is none
   */
  bind(
    value: Bindable | Uint8Array,
    type: ColumnType | null,
    at: number,
    column: string | null,
  ): { sql: string; value: unknown }
  /** Whether one placeholder may stand in several places. Otherwise each place has a value of its own. */
  numbered: boolean
  /** Whether NULL comes behind everything else. */
  nullsLast: boolean
  /** Whether `(a, b) >= (1, 2)` is computed by the collations of the columns, and with their index. */
  comparesRows: boolean
  /** A value of a key, where that takes more than {@link bind} without a type. `at`: its place among the values, from 1. */
  bindKey?(value: Bindable | Uint8Array, column: string, at: number): { sql: string; value: unknown }
  /** What every row is asked besides, such as whether there is time left. */
  condition?: string
  /** Not LIKE, whose wild cards, escapes and case differ from database to database. */
  contains(text: string, part: () => string): string
  startsWith(text: string, prefix: () => string): string
}

export interface Statement {
  sql: string
  values: unknown[]
}

/** The statement that reads the rows of `query`. */
export function selectRows(query: RowQuery, dialect: Dialect): Statement {
  const builder = new Builder(dialect)
  const columns = query.columns.map(({ name }) => builder.cell(name)).join(', ')
  const from = builder.from(query.relation)
  const where = builder.where(query)
  const order = query.order.map(({ column, descending }) => builder.column(column) + (descending ? ' DESC' : ''))
  const sql = `SELECT ${columns} FROM ${from}${where}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}`
  return { sql: query.limit === null ? sql : `${sql} LIMIT ${query.limit}`, values: builder.values }
}

/** The statement that counts the rows of `query`, whatever its limit, no further than to `most` and one; null: all. */
export function countRows(query: RowQuery, most: number | null, dialect: Dialect): Statement {
  const builder = new Builder(dialect)
  const limit = most === null ? '' : ` LIMIT ${most + 1}`
  const rows = `SELECT 1 FROM ${builder.from(query.relation)}${builder.where(query)}${limit}`
  return { sql: `SELECT count(*) AS total FROM (${rows}) AS counted`, values: builder.values }
}

/** The statement that counts, up to two, the rows that are equal to `from` of the query. */
export function countEqual(query: RowQuery & { from: FirstRow }, dialect: Dialect): Statement {
  const builder = new Builder(dialect)
  const rows = `SELECT 1 FROM ${builder.from(query.relation)}${builder.where(query, 'equal')} LIMIT 2`
  return { sql: `SELECT count(*) AS total FROM (${rows}) AS counted`, values: builder.values }
}

/** The statement that reads nothing of a relation but what its columns are; all of them, or those named. */
export function selectNothing(relation: Relation, dialect: Dialect, columns: string[] | null = null): Statement {
  const builder = new Builder(dialect)
  const named = columns?.map((name) => dialect.identifier(name)).join(', ') ?? '*'
  return { sql: `SELECT ${named} FROM ${builder.from(relation)} WHERE 1 = 0`, values: builder.values }
}

const comparisons: Partial<Record<TestOperator, string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

class Builder {
  readonly values: unknown[] = []
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  cell(name: string): string {
    const column = this.column(name)
    return this.#dialect.cell?.(column, name) ?? column
  }

  column(name: string): string {
    return this.#dialect.identifier(name)
  }

  from(relation: Relation): string {
    if ('table' in relation) return this.#dialect.table(relation.table)
    if ('whole' in relation) return this.#dialect.whole ?? unreachable('a database is not read as a whole')
    const bound = new Map<string, string>()
    const sql = replaceParameters(relation.query, this.#dialect.quoting, (name) => {
      const value = relation.parameters[name]
      if (value === undefined) return null
      const placeholder =
        (this.#dialect.numbered && bound.get(name)) || this.#bound(value, relation.types?.[name] ?? null)
      bound.set(name, placeholder)
      return placeholder
    })
    // A comment at the end of the query must not swallow the bracket.
    return `(${sql.replace(/[;\s]+$/, '')}\n) AS ${this.column('dataset')}`
  }

  where({ tests, from }: RowQuery, at: 'behind' | 'equal' = 'behind'): string {
    // First: rows that no test passes must be asked too.
    const conditions = this.#dialect.condition ? [this.#dialect.condition] : []
    conditions.push(...tests.map((test) => this.#condition(test, tests)))
    if (from) conditions.push(at === 'equal' ? this.#equal(from) : this.#fromOn(from))
    return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  }

  #condition(test: Test, tests: Test[]): string {
    const identifier = this.column(test.column.name)
    if (test.operator === 'is_null') return `${identifier} IS NULL`
    if (test.operator === 'not_null') return `${identifier} IS NOT NULL`
    const type = test.column.type
    const whole = this.#dialect.comparison?.(identifier, test, tests, (value) => this.#bound(value, type))
    if (whole) return whole
    const operand = this.#dialect.operand?.(identifier, test) ?? identifier
    const first = () => this.#bound(test.values[0] ?? null, 'text')
    if (test.operator === 'contains') return this.#dialect.contains(operand, first)
    if (test.operator === 'prefix') return this.#dialect.startsWith(operand, first)
    const bound = test.values.map((value) => this.#bound(value, type, test.column.name))
    if (test.operator === 'in') return bound.length > 0 ? `${operand} IN (${bound.join(', ')})` : '1 = 0'
    if (test.operator === 'not_in') return bound.length > 0 ? `${operand} NOT IN (${bound.join(', ')})` : '1 = 1'
    return `${operand} ${comparisons[test.operator]} ${bound[0]}`
  }

  #equal(from: FirstRow): string {
    return from.columns.map((name, at) => `${this.column(name)} = ${this.#boundKey(from, at)}`).join(' AND ')
  }

  #fromOn(from: FirstRow): string {
    const names = from.columns.map((name) => this.column(name))
    const bound = (at: number) => this.#boundKey(from, at)
    const withNulls = from.mayBeNull && this.#dialect.nullsLast
    if (names.length > 1 && this.#dialect.comparesRows && !withNulls) {
      return `(${names.join(', ')}) >= (${names.map((_, at) => bound(at)).join(', ')})`
    }
    const compared = (at: number, operator: '>' | '>=') => {
      const comparison = `${names[at]} ${operator} ${bound(at)}`
      return withNulls ? `(${comparison} OR ${names[at]} IS NULL)` : comparison
    }
    // The outer condition on the first column is what an index is used for.
    const fromColumn = (at: number): string => {
      if (at === names.length - 1) return compared(at, '>=')
      return `(${compared(at, '>=')} AND (${compared(at, '>')} OR ${fromColumn(at + 1)}))`
    }
    return fromColumn(0)
  }

  #boundKey({ columns, values }: FirstRow, at: number): string {
    const [value, column] = [values[at] ?? null, columns[at] ?? '']
    const bound =
      this.#dialect.bindKey?.(value, column, this.values.length + 1) ??
      this.#dialect.bind(value, null, this.values.length + 1, column)
    this.values.push(bound.value)
    return bound.sql
  }

  #bound(value: Bindable | Uint8Array, type: ColumnType | null, column: string | null = null): string {
    const bound = this.#dialect.bind(value, type, this.values.length + 1, column)
    this.values.push(bound.value)
    return bound.sql
  }
}

function unreachable(why: string): never {
  throw new Error(why)
}
