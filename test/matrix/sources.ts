import type { ColumnType } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { dirname, join } from 'node:path'
import { anything, awkwardColumns } from '../formats/awkward-table.ts'
import { databases, type TestDatabase } from '../sources/databases.ts'
import { duckDb } from './kinds/duckdb.ts'
import { mariaDb } from './kinds/mariadb.ts'
import { postgres } from './kinds/postgres.ts'
import { sqlite } from './kinds/sqlite.ts'
import type { SourceKind } from './source-kind.ts'
import type { Truth, TrueColumn, TrueTable } from './truth.ts'

/** A source whose one table has every awkward value, and what its own database says of the cells. */
export interface AwkwardSource extends AsyncDisposable {
  /** Keys of its entry in the datasets file. */
  entry: Record<string, unknown>
  table: TrueTable
}

/** A column with its values as SQL: they come again and again, with NULL behind them. */
interface FilledColumn extends TrueColumn {
  values: string[]
}

const kinds: Record<string, SourceKind> = { SQLite: sqlite, PostgreSQL: postgres, MariaDB: mariaDb, DuckDB: duckDb }

export const sourceNames = [...Object.keys(kinds), 'Parquet']

/** Starts a database and fills its table `awkward`. */
export async function startAwkwardSource(name: string): Promise<AwkwardSource> {
  if (name === 'Parquet') return awkwardParquet()
  const { kind, database } = await start(name)
  const columns = filledColumns(kind, database)
  await fill(kind, database, columns)
  return {
    entry: { source: database.url, table: 'awkward', ...toldTypes(columns) },
    table: { columns, rows: await rowsOf(kind, database, columns, 'awkward') },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** What DuckDB makes a Parquet file of, and reads from it. */
async function awkwardParquet(): Promise<AwkwardSource> {
  const { kind, database } = await start('DuckDB')
  const columns = filledColumns(kind, database).filter(({ declared }) => !NOT_IN_PARQUET.test(declared))
  await fill(kind, database, columns)
  const file = join(dirname(database.url.replace(/^duckdb:/, '')), 'awkward.parquet')
  await database.run(`COPY (SELECT * FROM awkward ORDER BY id) TO '${file}' (FORMAT parquet)`)
  return {
    entry: { source: `parquet:${file}`, ...toldTypes(columns) },
    table: { columns, rows: await rowsOf(kind, database, columns, `'${file}'`) },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** What DuckDB writes to Parquet as something else (128 bits as DOUBLE) or not at all. */
const NOT_IN_PARQUET = /^(?:U?HUGEINT|UNION|BIT)\b/

async function start(name: string): Promise<{ kind: SourceKind; database: TestDatabase }> {
  const kind = kinds[name]
  const database = await databases[name]?.()
  if (!kind || !database) throw new Error(`there is no source ${name}`)
  return { kind, database }
}

function filledColumns(kind: SourceKind, database: TestDatabase): FilledColumn[] {
  const literal = (cell: Cell) => asSql(cell, kind, database)
  const height = awkwardColumns.map(({ cells }) => cells.length).reduce((most, length) => Math.max(most, length))
  const id = column(
    'id',
    'integer',
    'integer',
    Array.from({ length: height }, (_, at) => String(at)),
  )
  const own = Object.entries(kind.types).map(([declared, [type, values]]) =>
    column(declared === '' ? 'no type' : declared, type, declared, Object.keys(values)),
  )
  const common = awkwardColumns.flatMap(({ name, type, cells }) => {
    const declared = kind.declared.get(name)
    if (declared === undefined) return []
    const held = cells.filter((cell) => cell === null || kind.holds(cell, name))
    return [
      column(/^[a-z]{1,20}$/.test(name) ? `any ${name}` : name, type, declared, held.map(literal), kind.told.has(name)),
    ]
  })
  const mixed = (kind.mixed ?? []).map(([declared, type]) =>
    column(`mixed ${declared}`, type, declared, anything.map(literal)),
  )
  return [id, ...own, ...common, ...mixed]
}

const column = (name: string, type: ColumnType, declared: string, values: string[], told = false): FilledColumn => ({
  name,
  type,
  declared,
  values,
  told,
})

function asSql(cell: Cell, { text }: SourceKind, { words }: TestDatabase): string {
  if (cell === null || typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'string') return (text ?? words.quoted)(cell)
  if (typeof cell === 'object') return words.bytes(Buffer.from(cell).toString('hex'))
  if (text && !Number.isFinite(cell)) return notFinite[String(cell)] ?? 'NULL'
  return Object.is(cell, -0) ? "'-0'" : `'${cell}'`
}

const notFinite: Record<string, string> = { Infinity: '9e999', '-Infinity': '-9e999' }

async function fill({ name, prepare = [] }: SourceKind, database: TestDatabase, columns: FilledColumn[]) {
  for (const statement of prepare) await database.run(statement)
  const declared = columns.map((column) => `${name(column.name)} ${column.declared}`)
  await database.run(`CREATE TABLE awkward (${declared.join(', ')}, PRIMARY KEY (${name('id')}))`)
  const height = columns[0]?.values.length ?? 0
  const rows = Array.from({ length: height }, (_, row) =>
    columns.map(({ values }) => values[row % (values.length + 1)] ?? 'NULL').join(', '),
  )
  // A statement for each: in one list PostgreSQL and DuckDB would look for a type that all values of a column have.
  await database.run(rows.map((values) => `INSERT INTO awkward VALUES (${values})`).join(';\n'))
}

/** Types that the database does not know of its columns. */
function toldTypes(columns: TrueColumn[]) {
  const told = columns.filter((column) => column.told).map(({ name, type }) => ({ name, type }))
  return told.length === 0 ? {} : { columns: told }
}

async function rowsOf(
  kind: SourceKind,
  database: TestDatabase,
  columns: TrueColumn[],
  relation: string,
): Promise<Truth[][]> {
  const texts = columns.map((column) => kind.ask(kind.name(column.name), column))
  const rows = await database.ask(`SELECT ${texts.join(', ')} FROM ${relation} ORDER BY ${kind.name('id')}`)
  return rows.map((cells) =>
    cells.map((text, at) => (text === null ? null : kind.truth(text, columns[at] as TrueColumn))),
  )
}
