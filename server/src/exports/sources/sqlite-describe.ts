import type { DatabaseSync } from 'node:sqlite'
import type { ColumnType } from '../../contract.ts'
import { noTable, refuseTwins, SourceFailure } from './failure.ts'
import { replaceParameters } from './query-parameters.ts'
import { selectNothing } from './sql.ts'
import type { Description, Relation, SourceColumn } from './source.ts'
import { sqliteDialect } from './sqlite-sql.ts'

/** The names under which SQLite gives the number of a row, where no column has taken them. */
const ROW_NUMBERS = ['_rowid_', 'rowid', 'oid']

/** SQLite gives no more columns at once (SQLITE_MAX_COLUMN, sqlite.org/limits.html). */
const MAX_COLUMNS = 2000

export function describe(db: DatabaseSync, relation: Relation): Description {
  if (!('table' in relation)) return { columns: queryColumns(db, relation), key: null }
  const { table } = relation
  const rows = db.prepare('SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid').all(table)
  if (rows.length === 0) throw new SourceFailure(noTable(table))
  const columns = rows.map((row) => column(String(row['name']), String(row['type'])))
  return { columns, key: keyOf(db, table, rows) }
}

function queryColumns(db: DatabaseSync, relation: Relation): SourceColumn[] {
  const statement = db.prepare(selectNothing(relation, sqliteDialect).sql)
  if ('query' in relation) refuseTwins(namesOf(db, relation.query), inAnyCase)
  return statement.columns().map(({ name, type }) => column(name, type ?? ''))
}

/** As the query names them: of the rows of a subquery SQLite gives those of one name others, such as `a:1`. */
const namesOf = (db: DatabaseSync, query: string) =>
  db.prepare(replaceParameters(query, sqliteDialect.quoting, () => '?')).columns()

/** SQLite's names are the same in any case of the letters of ASCII. */
const inAnyCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** The number of the row is unique and the order in which rows lie; tables without one lie in the order of their key. */
function keyOf(db: DatabaseSync, table: string, rows: Record<string, unknown>[]): string[] | null {
  const facts = db.prepare('SELECT type, wr FROM pragma_table_list(?)').get(table)
  if (facts?.['type'] !== 'table') return null
  const primary = rows.filter((row) => Number(row['pk']) > 0).toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
  const names = rows.map((row) => String(row['name']).toLowerCase())
  if (Number(facts['wr']) === 1) return primary.map((row) => String(row['name']))
  // It is read beside the columns, so there has to be room for it.
  if (rows.length >= MAX_COLUMNS) return null
  const number = ROW_NUMBERS.find((name) => !names.includes(name))
  return number ? [number] : null
}

const column = (name: string, sourceType: string): SourceColumn => ({ name, type: typeOf(sourceType), sourceType })

/** A declared type says what is meant; by the rules of affinity (sqlite.org/datatype3.html) where its name is not telling. */
function typeOf(declared: string): ColumnType {
  const type = declared.toUpperCase()
  if (/BOOL/.test(type)) return 'boolean'
  if (/INT/.test(type)) return 'integer'
  if (/JSON/.test(type)) return 'json'
  if (/TIMESTAMP|DATETIME/.test(type)) return 'datetime'
  if (/DATE/.test(type)) return 'date'
  if (/^TIME\b/.test(type)) return 'time'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text'
  if (/BLOB/.test(type)) return 'binary'
  if (/REAL|FLOA|DOUB/.test(type)) return 'real'
  if (/DEC|NUMERIC/.test(type)) return 'real'
  return 'text'
}
