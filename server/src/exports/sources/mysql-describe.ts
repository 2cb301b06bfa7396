import type { FieldPacket } from 'mysql2'
import { noTable, refuseTwins, SourceFailure } from './failure.ts'
import { columnType, isUnordered } from './mysql-cells.ts'
import type { MysqlClient } from './mysql-client.ts'
import { mysqlDialect } from './mysql-sql.ts'
import { selectNothing } from './sql.ts'
import type { Description, Relation, SourceColumn } from './source.ts'

/** What the user may see of a table or view, in its order. */
const COLUMNS = `
  SELECT COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`

/** Columns of unique indexes, the primary key first, then those of the fewest columns. */
const KEYS = `
  SELECT INDEX_NAME, COLUMN_NAME, NULLABLE, SUB_PART
  FROM information_schema.STATISTICS
  WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0
  ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`

export async function describeRelation(client: MysqlClient, relation: Relation): Promise<Description> {
  if (!('table' in relation)) {
    const fields = await client.columnsOf(selectNothing(relation, mysqlDialect).sql)
    refuseTwins(fields)
    return { columns: fields.map((field) => column(field, field.typeName ?? columnType(field))), key: null }
  }
  const facts = await client.tableFacts(relation.table)
  if (!facts) throw new SourceFailure(noTable(relation.table))
  const place = [facts.schema, facts.name]
  const declared = await client.ask(COLUMNS, place)
  const names = declared.map(([name]) => String(name))
  const fields = await client.columnsOf(selectNothing(relation, mysqlDialect, names).sql)
  const columns = fields.map((field, at) => column(field, String(declared[at]?.[1])))
  return { columns, key: facts.isBaseTable ? keyOf(await client.ask(KEYS, place), columns) : null }
}

function keyOf(rows: unknown[][], columns: SourceColumn[]): string[] | null {
  const isOrdered = (name: unknown) => columns.some((column) => column.name === name && !column.isUnordered)
  const indexes = Map.groupBy(rows, ([index]) => String(index))
  const usable = [...indexes.values()].filter((parts) =>
    parts.every(([, name, nullable, subPart]) => nullable !== 'YES' && subPart === null && isOrdered(name)),
  )
  const [best] = usable.toSorted(
    (a, b) => Number(b[0]?.[0] === 'PRIMARY') - Number(a[0]?.[0] === 'PRIMARY') || a.length - b.length,
  )
  return best?.map(([, name]) => String(name)) ?? null
}

const column = (field: FieldPacket, sourceType: string): SourceColumn => ({
  name: field.name,
  type: columnType(field),
  sourceType,
  isUnordered: isUnordered(field),
})
