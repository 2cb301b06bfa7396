import { listOf, literal, quote, type Ask } from './duckdb-literals.ts'
import { broken, SourceFailure } from './failure.ts'

export interface JsonColumn {
  name: string
  /** As it is read. */
  read: string
  /** What it becomes then. */
  type: string
}

/** Every row of every file is looked at, and no key is taken for a value of a map. */
const LOOK_THROUGH = [
  'sample_size = -1',
  'maximum_sample_files = 9223372036854775807',
  'union_by_name = true',
  'maximum_depth = 2',
  'field_appearance_threshold = 0',
  'map_inference_threshold = -1',
  'convert_strings_to_integers = false',
  'hive_partitioning = false',
]

const WHOLE = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'])

/** Texts that look like something. Read as that, they would not be what stands there: `2024-01-01T00:00+02:00`, `1/2/24`. */
const LOOKS = /^(?:VARCHAR|DATE|TIME|UUID|INTERVAL)/

const TOO_MANY_DIGITS = broken(
  'one of its numbers has more digits than a floating point number keeps: write it as a text, in quotes',
)

/** The columns of JSON files: a name for every key that there is, and a type that holds everything without changing it. */
export async function jsonColumns(files: string[], ask: Ask): Promise<JsonColumn[]> {
  const found = (await ask(`DESCRIBE SELECT * FROM read_json(${listOf(files)}, ${LOOK_THROUGH.join(', ')})`)).map(
    ([name, type]) => ({ name: String(name), type: String(type) }),
  )
  if (await areNoObjects(files, found, ask)) return []
  await refuseTwins(files, found, ask)
  const columns = found.map(({ name, type }): JsonColumn => {
    if (type === 'BOOLEAN' || WHOLE.has(type)) return { name, read: type, type }
    if (LOOKS.test(type) && !type.endsWith(']')) return { name, read: 'VARCHAR', type: 'VARCHAR' }
    return type === 'DOUBLE' ? { name, read: 'VARCHAR', type } : { name, read: 'JSON', type: 'JSON' }
  })
  const numbers = columns.filter(({ type }) => type === 'DOUBLE')
  if (numbers.length > 0 || columns.some(({ type }) => type === 'JSON')) await refuseLostDigits(files, ask)
  if (numbers.length > 0) await chooseTypes(files, columns, numbers, ask)
  return columns
}

/** What reads JSON files with these columns; none: each row is a JSON text. */
export function jsonView(files: string[], columns: JsonColumn[]): string {
  if (columns.length === 0) return `SELECT json FROM read_json_objects(${listOf(files)})`
  const cells = columns.map(({ name, read, type }) =>
    read === type ? quote(name) : `CAST(${quote(name)} AS ${type}) AS ${quote(name)}`,
  )
  return `SELECT ${cells.join(', ')} FROM ${readJson(files, columns)}`
}

function readJson(files: string[], columns: JsonColumn[]): string {
  const types = columns.map(({ name, read }) => `${literal(name)}: ${literal(read)}`).join(', ')
  return `read_json(${listOf(files)}, columns = {${types}}, hive_partitioning = false)`
}

/** Rows that are no objects come as one column of this name. */
async function areNoObjects(files: string[], found: { name: string }[], ask: Ask): Promise<boolean> {
  if (found.length !== 1 || found[0]?.name !== 'json') return false
  const others = `SELECT 1 FROM read_json_objects(${listOf(files)}) WHERE json_type(json) <> 'OBJECT' LIMIT 1`
  const [row] = await ask(
    `SELECT (SELECT count(*) FROM (${others})), (SELECT count(*) FROM (SELECT 1 FROM read_json_objects(${listOf(files)}) LIMIT 1))`,
  )
  return Number(row?.[0]) > 0 || Number(row?.[1]) === 0
}

/** DuckDB gives names of its own to keys that differ only in capitals, and to that without characters: `A_1`, `C2`. */
async function refuseTwins(files: string[], found: { name: string }[], ask: Ask) {
  if (!found.some(({ name }) => /_\d+$|^C\d+$/.test(name))) return
  const keys = await ask(`SELECT DISTINCT unnest(json_keys(json)) FROM read_json_objects(${listOf(files)})`)
  const names = new Set(keys.map(([key]) => String(key)))
  const other = found.find(({ name }) => !names.has(name))
  if (other) {
    const why = `two of its keys differ only in capitals, or one has no characters: DuckDB would call it "${other.name}"`
    throw new SourceFailure(broken(why))
  }
}

/** The digits of a number that are not zeros at an end of it. */
const digitsOf = (number: string) =>
  `trim(regexp_replace(regexp_replace(${number}, '[eE].*', ''), '[-.]', '', 'g'), '0')`

/**
 * DuckDB reads numbers with a fraction or an exponent as doubles, whatever they are read into. Only in the text of the files
 * can be seen whether it keeps all their digits, which no one has to look at who has 15 of them at most.
 */
async function refuseLostDigits(files: string[], ask: Ask) {
  const number = String.raw`'-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?'`
  const texts = String.raw`'"(?:[^"\\]|\\.)*"'`
  const numbers = `
    SELECT unnest(regexp_extract_all(regexp_replace(json, ${texts}, '', 'g'), ${number})) AS x
    FROM read_json_objects(${listOf(files)}) WHERE regexp_matches(json, '[0-9.]{16}')`
  const double = 'CAST(x AS DOUBLE)'
  // 0.10000000000000001 is how some programs write 0.1, all of whose 17 digits they give.
  const kept = [`CAST(${double} AS VARCHAR)`, `printf('%.17g', ${double})`].map(digitsOf).join(', ')
  const [lost] = await ask(
    `SELECT 1 FROM (${numbers}) WHERE length(x) > 15 AND regexp_matches(x, '[.eE]') AND ${digitsOf('x')} NOT IN (${kept}) LIMIT 1`,
  )
  if (lost) throw new SourceFailure(TOO_MANY_DIGITS)
}

/** What becomes of columns of numbers that are not all whole and small: doubles where those are exact. */
async function chooseTypes(files: string[], columns: JsonColumn[], numbers: JsonColumn[], ask: Ask) {
  const facts = numbers.flatMap(({ name }) => {
    const x = quote(name)
    const asDouble = `TRY_CAST(CAST(${x} AS DOUBLE) AS HUGEINT)`
    return [
      `bool_or(isinf(CAST(${x} AS DOUBLE)) OR (regexp_full_match(${x}, '-?\\d{16,}') AND CAST(${asDouble} AS VARCHAR) IS DISTINCT FROM ${x}))`,
      `bool_and(regexp_full_match(${x}, '-?\\d+(\\.\\d+)?'))`,
      `max(length(regexp_extract(${x}, '^-?(\\d+)', 1)))`,
      `max(length(regexp_extract(${x}, '\\.(\\d+)$', 1)))`,
    ]
  })
  const [row = []] = await ask(`SELECT ${facts.join(', ')} FROM ${readJson(files, columns)}`)
  numbers.forEach((column, at) => {
    const [isInexact, isPlain, whole, fraction] = row.slice(at * 4, at * 4 + 4)
    if (isInexact) column.type = isPlain ? exactType(Number(whole), Number(fraction)) : 'VARCHAR'
  })
}

/** Digits that HUGEINT and DECIMAL have whatever the digits are. */
const MOST_DIGITS = 38

function exactType(whole: number, fraction: number): string {
  if (whole + fraction > MOST_DIGITS) return 'VARCHAR'
  return fraction === 0 ? 'HUGEINT' : `DECIMAL(${whole + fraction}, ${fraction})`
}
