import type { Cell, Description, RowQuery, Source } from '@queue-ops/server/sources/source'

type Wanted = Partial<RowQuery> & { columns?: RowQuery['columns'] }

const base: Omit<RowQuery, 'columns' | 'relation'> = {
  tests: [],
  order: [],
  from: null,
  limit: null,
  timeoutMs: 60_000,
}

/** A query for everything of a relation, but for what is wanted otherwise. */
export async function queryFor(source: Source, wanted: Wanted & Pick<RowQuery, 'relation'>): Promise<RowQuery> {
  const columns = wanted.columns ?? (await source.describe(wanted.relation)).columns
  return { ...base, ...wanted, columns: columns.map(({ name, type }) => ({ name, type })) }
}

/** All rows that a query gives, and how many were announced. */
export async function readRows(
  source: Source,
  wanted: Wanted & Pick<RowQuery, 'relation'>,
): Promise<{ rows: Cell[][]; total: number | null }> {
  const rows = await source.read(await queryFor(source, wanted))
  try {
    return { rows: (await Array.fromAsync(rows.batches())).flat(), total: rows.total }
  } finally {
    await rows.close()
  }
}

export const columnOf = ({ columns }: Description, name: string) => {
  const column = columns.find((column) => column.name === name)
  if (!column) throw new Error(`there is no column ${name}`)
  return column
}
