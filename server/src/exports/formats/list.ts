import type { ExportFormat } from '../../contract.ts'
import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { json } from './json.ts'
import { ndjson } from './ndjson.ts'
import { parquet } from './parquet.ts'
import { xlsx } from './xlsx.ts'

/** Every file format by its name, which is also the extension of its files. */
export const formats: Record<ExportFormat, Format> = { csv, json, ndjson, xlsx, parquet }
