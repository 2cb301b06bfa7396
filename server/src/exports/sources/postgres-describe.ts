import { noTable, refuseTwins, broken, SourceFailure } from './failure.ts'
import { columnType } from './postgres-cells.ts'
import type { PostgresClient } from './postgres-client.ts'
import { postgresDialect } from './postgres-sql.ts'
import { selectNothing } from './sql.ts'
import type { Description, Relation, SourceColumn } from './source.ts'

/** What the user may read of a table or view, in its order. */
const COLUMNS = `
  SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
  WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped AND has_column_privilege(attrelid, attnum, 'SELECT')
  ORDER BY attnum`

/** Unique indexes of plain columns that are never null: the primary key first, then the one of the fewest columns. */
const KEYS = `
  SELECT array_to_json(ARRAY(
    SELECT attname FROM unnest(indkey[0:indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, at)
    JOIN pg_attribute USING (attnum) WHERE attrelid = indrelid ORDER BY at))
  FROM pg_index
  WHERE indrelid = $1::oid AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL AND indexprs IS NULL
    AND NOT EXISTS (
      SELECT FROM unnest(indkey[0:indnkeyatts - 1]) AS k (attnum)
      JOIN pg_attribute USING (attnum)
      WHERE attrelid = indrelid
        AND (NOT attnotnull OR NOT has_column_privilege(attrelid, attnum, 'SELECT')))
  ORDER BY indisprimary DESC, indnkeyatts, indexrelid LIMIT 1`

export async function describeRelation(client: PostgresClient, relation: Relation): Promise<Description> {
  if (!('table' in relation)) return { columns: await queryColumns(client, relation), key: null }
  const { table } = relation
  const [found] = await client.ask('SELECT to_regclass($1)::oid', [postgresDialect.table(table)])
  const oid = found?.[0]
  if (typeof oid !== 'string') throw new SourceFailure(noTable(table))
  const declared = await client.ask(COLUMNS, [oid])
  if (declared.length === 0) throw new SourceFailure(broken('the user of its source may not read any of its columns'))
  const names = declared.map(([name]) => String(name))
  // What comes over the wire are the types behind domains: only the server knows them for sure.
  const { sql, values } = selectNothing(relation, postgresDialect, names)
  const types = await client.columnsOf(sql, values)
  const columns = types.map(({ name, oid }, at) => column(name, oid, String(declared[at]?.[1])))
  const [key] = await client.ask(KEYS, [oid])
  return { columns, key: key ? (JSON.parse(String(key[0])) as string[]) : null }
}

async function queryColumns(client: PostgresClient, relation: Relation): Promise<SourceColumn[]> {
  const { sql, values } = selectNothing(relation, postgresDialect)
  const columns = await client.columnsOf(sql, values)
  refuseTwins(columns)
  const oids = columns.map(({ oid }) => oid)
  const modifiers = columns.map(({ modifier }) => modifier)
  const names = await client.ask(
    'SELECT format_type(oid, modifier) FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS t (oid, modifier, at) ORDER BY at',
    [oids, modifiers],
  )
  return columns.map(({ name, oid }, at) => column(name, oid, String(names[at]?.[0])))
}

const column = (name: string, oid: number, sourceType: string): SourceColumn => ({
  name,
  type: columnType(oid),
  sourceType,
})
