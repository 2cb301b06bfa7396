import { ExportFormat } from '@queue-ops/server/contract'
import type { Contender } from './contender.ts'
import { csvStringify, fastCsv, papaparse } from './contenders/csv-rivals.ts'
import { duckdbCopy } from './contenders/duckdb-copy.ts'
import { jsonLines, jsonStreamStringify, jsonStringify } from './contenders/json-rivals.ts'
import { exact, floor } from './contenders/floor.ts'
import { ours } from './contenders/ours.ts'
import { exceljs, sheetjs } from './contenders/xlsx-rivals.ts'

/** Everything that is measured, in the order of the report. */
export const contenders: Contender[] = [
  floor,
  exact,
  ...ExportFormat.options.map(ours),
  csvStringify(false),
  csvStringify(true),
  fastCsv,
  papaparse,
  jsonStreamStringify,
  jsonStringify,
  jsonLines,
  exceljs,
  sheetjs,
  duckdbCopy('csv'),
  duckdbCopy('json'),
  duckdbCopy('ndjson'),
  duckdbCopy('parquet'),
]

export function contenderOf(id: string): Contender {
  const found = contenders.find((contender) => contender.id === id)
  if (!found) throw new Error(`there is no contender ${id}`)
  return found
}
