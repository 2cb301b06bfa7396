import { createReadStream } from 'node:fs'
import { pipeline, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { listOf, literal } from './duckdb-literals.ts'
import { broken, SourceFailure } from './failure.ts'

/** A line that is longer, cells with line breaks included, is refused: in bytes. DuckDB takes 16 times as much unless told otherwise. */
export const MAX_LINE_BYTES = 32_000_000

/** Where the names of the columns have not ended by then, there is a quote that does not end. */
const MAX_HEADER_CHARACTERS = 1_000_000

const NO_NAMES = broken('the first line of its files does not have the names of columns as a CSV file has them')

/** RFC 4180, and nothing is guessed: every cell is the text that stands there, only one without quotes may be NULL. */
const RULES = [
  'auto_detect = false',
  'header = true',
  `quote = '"'`,
  `escape = '"'`,
  `comment = ''`,
  'skip = 0',
  `nullstr = ''`,
  'allow_quoted_nulls = false',
  'null_padding = false',
  'ignore_errors = false',
  'strict_mode = true',
  `max_line_size = ${MAX_LINE_BYTES}`,
  `buffer_size = ${2 * MAX_LINE_BYTES}`,
  'hive_types_autocast = false',
]

/** What reads CSV files of one delimiter (null: a comma), column by column of each name, whatever their order in a file. */
export async function csvView(files: string[], delimiter: string | null): Promise<string> {
  const groups: { names: string[]; files: string[] }[] = []
  for (const file of files) {
    const names = namesIn(await firstCharacters(file), delimiter)
    if (!names) continue
    const last = groups.at(-1)
    if (last && JSON.stringify(last.names) === JSON.stringify(names)) last.files.push(file)
    else groups.push({ names, files: [file] })
  }
  if (groups.length === 0) throw new SourceFailure(broken('its files are empty: the first line has to have the names'))
  return groups.map((group) => readCsv(group, delimiter ?? ',')).join(' UNION ALL BY NAME ')
}

function readCsv({ names, files }: { names: string[]; files: string[] }, delimiter: string): string {
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
  const rules = [`columns = {${columns}}`, `delim = ${literal(delimiter)}`, ...RULES].join(', ')
  return `SELECT * FROM read_csv(${listOf(files)}, ${rules})`
}

/** Throws SourceFailure when the names are not separated by `delimiter`; null when there is nothing at all. */
function namesIn(text: string, delimiter: string | null): string[] | null {
  if (text === '') return null
  const names = firstRecord(text, delimiter ?? ',')
  if (!names || (names.length === 1 && names[0] === '')) throw new SourceFailure(NO_NAMES)
  const other = delimiter === null && names.length === 1 ? /[;\t|]/.exec(names[0] ?? '')?.[0] : undefined
  if (other !== undefined) {
    const say = other === '\t' ? 'tab' : other
    const why = `the names in its first line are not separated by commas: write ?delimiter=${say} behind its path, or ?delimiter=, when that is a single name`
    throw new SourceFailure(broken(why))
  }
  return withoutTwins(names.map((name, at) => name || `column${at}`))
}

/** The cells of the first record; null when a quote does not end or stands in the middle. */
function firstRecord(text: string, delimiter: string): string[] | null {
  const cells: string[] = []
  for (let at = 0; ; at += delimiter.length) {
    const [raw = ''] = text.startsWith('"', at) ? (matchAt(QUOTED, text, at) ?? []) : [plainAt(text, at, delimiter)]
    cells.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    at += raw.length
    if (at >= text.length || text[at] === '\n' || text[at] === '\r') return cells
    if (!text.startsWith(delimiter, at)) return null
  }
}

const QUOTED = /"(?:[^"]+|"")*"/y

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function plainAt(text: string, at: number, delimiter: string): string {
  const ends = [delimiter, '\n', '\r'].map((end) => text.indexOf(end, at)).filter((end) => end >= 0)
  return text.slice(at, Math.min(...ends, text.length))
}

/** DuckDB takes names that differ only in capitals for the same. */
function withoutTwins(names: string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let next = 1; taken.has(free.toLowerCase()); next++) free = `${name}_${next}`
    taken.add(free.toLowerCase())
    return free
  })
}

/** As DuckDB does it, by the name. */
const decompressors: Record<string, () => Transform> = { '.gz': createGunzip, '.zst': createZstdDecompress }

const FIRST_RECORD = /^(?:[^"\r\n]+|"(?:[^"]+|"")*")*[\r\n]/

/** The first line of a file and more of it. */
async function firstCharacters(file: string): Promise<string> {
  const compressed = decompressors[/\.(?:gz|zst)$/.exec(file)?.[0] ?? '']
  const bytes = createReadStream(file)
  const stream = compressed ? pipeline(bytes, compressed(), () => undefined) : bytes
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (FIRST_RECORD.test(text)) break
    if (text.length > MAX_HEADER_CHARACTERS) throw new SourceFailure(NO_NAMES)
  }
  return text
}
