import type { Bindable, Cell, Relation, RowQuery, Test, TestOperator } from './source.ts'

/** How a database wants its SQL. */
export interface Dialect {
  /** A name of a table or column. */
  identifier(name: string): string
  /** The name of a table as the datasets file gives it; may have a schema in front. */
  table(name: string): string
  /** Where the n-th value (from 1) goes. */
  placeholder(at: number): string
  /** What is compared with the values of a test. Default: the column as it is. */
  operand?(identifier: string, test: Test): string
  /** A value of a test in the shape that the driver binds right. Default: as it is. */
  bind?(value: Bindable | Uint8Array, test: Test | null): unknown
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
  const columns = query.columns.map(({ name }) => dialect.identifier(name)).join(', ')
  const from = builder.from(query.relation)
  const where = builder.where(query)
  const order = query.order.map(({ column, descending }) => dialect.identifier(column) + (descending ? ' DESC' : ''))
  const sql = `SELECT ${columns} FROM ${from}${where}${order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''}`
  return { sql: query.limit === null ? sql : `${sql} LIMIT ${query.limit}`, values: builder.values }
}

/** The statement that counts the rows of `query`, whatever its limit, no further than to `most` and one. */
export function countRows(query: RowQuery, most: number, dialect: Dialect): Statement {
  const builder = new Builder(dialect)
  const rows = `SELECT 1 FROM ${builder.from(query.relation)}${builder.where(query)} LIMIT ${most + 1}`
  return { sql: `SELECT count(*) AS total FROM (${rows}) AS counted`, values: builder.values }
}

/** The statement that reads nothing of a relation but what its columns are. */
export function selectNothing(relation: Relation, dialect: Dialect): Statement {
  const builder = new Builder(dialect)
  return { sql: `SELECT * FROM ${builder.from(relation)} WHERE 1 = 0`, values: builder.values }
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

  from(relation: Relation): string {
    if ('table' in relation) return this.#dialect.table(relation.table)
    const sql = bindParameters(relation.query, (name) => {
      const value = relation.parameters[name]
      return value === undefined ? null : this.#bound(value, null)
    })
    return `(${sql}) AS ${this.#dialect.identifier('dataset')}`
  }

  where({ tests, after }: RowQuery): string {
    const conditions = tests.map((test) => this.#condition(test))
    if (after) conditions.push(this.#behind(after.columns, after.values))
    return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  }

  #condition(test: Test): string {
    const identifier = this.#dialect.identifier(test.column.name)
    if (test.operator === 'is_null') return `${identifier} IS NULL`
    if (test.operator === 'not_null') return `${identifier} IS NOT NULL`
    const operand = this.#dialect.operand?.(identifier, test) ?? identifier
    const first = () => this.#bound(test.values[0] ?? null, test)
    if (test.operator === 'contains') return this.#dialect.contains(operand, first)
    if (test.operator === 'prefix') return this.#dialect.startsWith(operand, first)
    const bound = test.values.map((value) => this.#bound(value, test))
    if (test.operator === 'in') return `${operand} IN (${bound.join(', ')})`
    if (test.operator === 'not_in') return `${operand} NOT IN (${bound.join(', ')})`
    return `${operand} ${comparisons[test.operator]} ${bound[0]}`
  }

  #behind(columns: string[], values: Cell[]): string {
    const names = columns.map((name) => this.#dialect.identifier(name))
    const bound = values.map((value) => this.#bound(value, null))
    return names.length === 1 ? `${names[0]} > ${bound[0]}` : `(${names.join(', ')}) > (${bound.join(', ')})`
  }

  #bound(value: Bindable | Uint8Array, test: Test | null): string {
    this.values.push(this.#dialect.bind ? this.#dialect.bind(value, test) : value)
    return this.#dialect.placeholder(this.values.length)
  }
}

/**
 * What of SQL cannot hold a parameter: quoted texts and names, comments, PostgreSQL's `::type`. The last alternative is a
 * parameter.
 */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g

function bindParameters(query: string, placeholder: (name: string) => string | null): string {
  return query.replace(PIECES, (piece: string, name: string | undefined) =>
    name === undefined ? piece : (placeholder(name) ?? piece),
  )
}

/** The names of the parameters in a query, each once. */
export function parametersOf(query: string): string[] {
  return [...new Set([...query.matchAll(PIECES)].flatMap(([, name]) => (name === undefined ? [] : [name])))]
}
