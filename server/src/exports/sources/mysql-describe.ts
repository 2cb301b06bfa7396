import type { FieldPacket } from 'mysql2'
import { noTable, refuseTwins, SourceFailure } from './failure.ts'
import { columnType } from './mysql-cells.ts'
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
  SELECT s.INDEX_NAME, s.COLUMN_NAME, s.NULLABLE, s.SUB_PART, c.DATA_TYPE
  FROM information_schema.STATISTICS s
  JOIN information_schema.COLUMNS c
    ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME AND c.COLUMN_NAME = s.COLUMN_NAME
  WHERE s.TABLE_SCHEMA = ? AND s.TABLE_NAME = ? AND s.NON_UNIQUE = 0
  ORDER BY s.INDEX_NAME <> 'PRIMARY', s.INDEX_NAME, s.SEQ_IN_INDEX`

/** Types that are sorted otherwise than they are compared with what a driver binds. */
const UNORDERED = new Set(['enum', 'set', 'float', 'double', 'bit', 'json'])

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
  return { columns, key: facts.isBaseTable ? keyOf(await client.ask(KEYS, place)) : null }
}

function keyOf(rows: unknown[][]): string[] | null {
  const indexes = Map.groupBy(rows, ([index]) => String(index))
  const usable = [...indexes.values()].filter((parts) =>
    parts.every(
      ([, , nullable, subPart, type]) => nullable !== 'YES' && subPart === null && !UNORDERED.has(String(type)),
    ),
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
})
