import { duckDb, duckDbFiles } from './duckdb.ts'
import { mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import type { SourceKind } from './source.ts'
import { sqlite } from './sqlite.ts'

/** Every kind of source there is. */
export const sourceKinds: SourceKind[] = [sqlite, postgres, mysql, duckDbFiles, duckDb]
