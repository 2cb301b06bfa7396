import { createRequire } from 'node:module'
import type { Contender } from '../contender.ts'
import { openDuckdb, sqlText } from '../duckdb.ts'
import { TABLE } from '../rows.ts'

const options = {
  csv: 'FORMAT csv, HEADER true',
  json: 'FORMAT json, ARRAY true',
  ndjson: 'FORMAT json',
  parquet: 'FORMAT parquet',
}

/** From its own file, into which the rows were loaded before, and with as many threads as the machine has cores. */
export const duckdbCopy = (kind: keyof typeof options): Contender => ({
  id: `duckdb-${kind}`,
  name: `DuckDB COPY, ${kind}`,
  kind,
  version: () => {
    const { version } = createRequire(import.meta.url)('@duckdb/node-api/package.json') as { version: string }
    return `@duckdb/node-api ${version}`
  },
  load: async () => async (data, file) => {
    await using duckdb = await openDuckdb(data.duckdb)
    await duckdb.run(`COPY ${TABLE} TO ${sqlText(file)} (${options[kind]})`)
  },
})
