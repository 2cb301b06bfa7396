import { listOf, type Ask } from './duckdb-literals.ts'
import { broken, SourceFailure } from './failure.ts'

/** A value of a folder's name (`code=007`) is the text that stands there. */
const RULES = 'hive_types_autocast = false'

/** A file of each sort of columns that there is among the files. */
const kindsOfFiles = (files: string[]) => `
  SELECT min(file_name) FROM (
    SELECT file_name, list_sort(list(concat_ws('|', name, type, type_length, repetition_type, num_children, converted_type, scale, precision, logical_type))) AS columns
    FROM parquet_schema(${listOf(files)}) GROUP BY file_name
  ) GROUP BY columns ORDER BY 1`

/** What reads Parquet files. Rejects with SourceFailure when one has a type for a column that could not hold another's values. */
export async function parquetView(files: string[], ask: Ask): Promise<string> {
  const some = files.length > 1 ? await ask(kindsOfFiles(files)) : []
  if (some.length < 2) return `SELECT * FROM read_parquet(${listOf(files)}, ${RULES})`
  const all = `SELECT * FROM read_parquet(${listOf(files)}, union_by_name = true, ${RULES})`
  const together = await ask(`DESCRIBE ${all}`)
  for (const [file] of some) {
    const own = await ask(`DESCRIBE SELECT * FROM read_parquet(${listOf([String(file)])}, ${RULES})`)
    for (const [name, type] of own) {
      const [, becomes] = together.find(([other]) => same(other, name)) ?? []
      if (!holds(String(becomes), String(type))) {
        const why = `column "${String(name)}" is ${String(type)} in some of its files and something else in others: read those apart, or cast it in a query over a single kind`
        throw new SourceFailure(broken(why))
      }
    }
  }
  return all
}

const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase()

/** Digits of the integers, the sign aside. */
const digits: Record<string, number> = {
  TINYINT: 3,
  UTINYINT: 3,
  SMALLINT: 5,
  USMALLINT: 5,
  INTEGER: 10,
  UINTEGER: 10,
  BIGINT: 19,
  UBIGINT: 20,
  HUGEINT: 39,
}

/** Digits of whole numbers that a DOUBLE has. */
const EXACT_IN_DOUBLE = 15

/** Whether a type has every value of another, and gives it as that one would. */
function holds(type: string, other: string): boolean {
  if (type === other) return true
  const whole = digits[other]
  if (whole !== undefined && type in digits) return true
  if (whole !== undefined && type === 'DOUBLE') return whole <= EXACT_IN_DOUBLE
  const [decimal, before] = [decimalOf(type), decimalOf(other) ?? (whole !== undefined && { whole, fraction: 0 })]
  return Boolean(decimal && before && decimal.whole >= before.whole && decimal.fraction >= before.fraction)
}

function decimalOf(type: string) {
  const [, width, scale] = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type) ?? []
  return width === undefined ? null : { whole: Number(width) - Number(scale), fraction: Number(scale) }
}
