import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { RelationKind, Source, SourceKind } from '../sources/source.ts'
import { parametersOf, type Quoting } from '../sources/query-parameters.ts'
import type { DatasetDefinition } from './dataset.ts'
import { DatasetEntry, DatasetsFile } from './datasets-schema.ts'
import { check, refuseTwice, under, watching, type Reading } from './reading.ts'
import { readSchedules, type Schedule } from './schedule.ts'
import { expandUrl, variablesOf, type Variables } from './source-url.ts'
import { readValue, Unfit } from './values.ts'
import { readYaml, type Path, type Position } from '../../yaml-text.ts'

/** A datasets file as it was at some moment, complete: what is made of it is the same in every thread. */
export interface DatasetsText {
  /** Absolute. */
  path: string
  text: string
  /** The environment variables that it names. */
  variables: Record<string, string>
}

export interface ReadDatasets {
  /** Those without a mistake, in the order of the file. */
  definitions: (DatasetDefinition & { line: number })[]
  schedules: Schedule[]
  /** `path:line:column: what is wrong.`, in the order of the file. */
  mistakes: string[]
}

/** Takes from the environment what the text names, and nothing else. */
export function datasetsText(path: string, text: string, variables: Variables): DatasetsText {
  const named = variablesOf(text).flatMap((name) => {
    const value = variables(name)
    return value === undefined ? [] : [[name, value]]
  })
  return { path, text, variables: Object.fromEntries(named) as Record<string, string> }
}

/** Reads the datasets that a YAML text lists; relative paths in it start at its folder. */
export function readDatasets({ path, text, variables }: DatasetsText, kinds: SourceKind[]): ReadDatasets {
  const yaml = readYaml(text)
  const found: { at: Position; sentence: string }[] = [...yaml.problems]
  const reading: Reading = {
    yaml,
    folder: dirname(path),
    kinds,
    variables: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    mistake: (where, sentence, at = yaml.positionOf(where)) =>
      found.push({ at, sentence: `${pathText(where)} ${sentence}` }),
  }
  if (yaml.problems.length === 0) check(reading, [], DatasetsFile, yaml.value)
  // What is wrong with the file as a whole hides nothing of what its lists hold.
  const entries = listIn(yaml.value, 'datasets')
  const definitions = readEntries(reading, entries ?? [])
  const names = entries?.map((given) => (isNamed(given) ? given.name : '')) ?? null
  const schedules = readSchedules(reading, listIn(yaml.value, 'schedules') ?? [], names)
  const mistakes = found
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .map(({ at, sentence }) => `${path}:${at.line}:${at.column}: ${sentence.replace(/[.?]?$/, (end) => end || '.')}`)
  return { definitions, schedules, mistakes }
}

function listIn(file: unknown, key: keyof DatasetsFile): unknown[] | null {
  const list: unknown = typeof file === 'object' && file !== null ? (file as Partial<DatasetsFile>)[key] : null
  return Array.isArray(list) ? list : null
}

const isNamed = (given: unknown): given is { name: unknown } =>
  typeof given === 'object' && given !== null && 'name' in given

function readEntries(reading: Reading, entries: unknown[]): ReadDatasets['definitions'] {
  const names = new Set<string>()
  return entries.flatMap((given, at) => {
    const where = ['datasets', at]
    const entry = check(reading, where, DatasetEntry, given)
    if (!entry) {
      // What is wrong with the source is told all the same: mistakes are mended in one go.
      const source = typeof given === 'object' && given !== null && 'source' in given ? given.source : null
      if (typeof source === 'string' && source !== '') openSource(under(reading, where), { name: '', source })
      return []
    }
    if (names.has(entry.name)) {
      reading.mistake([...where, 'name'], `is used twice: "${entry.name}"`)
      return []
    }
    names.add(entry.name)
    return readEntry(reading, where, entry)
  })
}

/** What a schema cannot say: what fits the source, and what has to agree. */
function readEntry(outer: Reading, where: Path, entry: DatasetEntry): ReadDatasets['definitions'] {
  const reading = watching(under(outer, where))
  const opened = openSource(reading, entry)
  const relation = opened && readRelation(reading, entry, opened.kind)
  readParameters(reading, entry, opened?.kind.quoting)
  refuseTwice(reading, 'columns', entry.columns)
  refuseTwice(
    reading,
    'order',
    entry.order.map(({ column }) => ({ name: column })),
  )
  refuseTwice(
    reading,
    'key',
    (entry.key ?? []).map((name) => ({ name })),
  )
  if (reading.isWrong() || !opened || !relation) return []
  return [
    {
      name: entry.name,
      description: entry.description,
      fingerprint: hash([opened.url, outer.folder, entry]),
      source: opened.source,
      relation,
      parameters: entry.parameters.map(({ required, default: preset = null, ...parameter }) => ({
        ...parameter,
        required: required ?? preset === null,
        default: preset,
      })),
      columns: entry.columns.map(({ filter, ...column }) => ({ ...column, filterable: filter })),
      key: entry.key ?? null,
      order: entry.order.map(({ column, direction }) => ({ column, descending: direction === 'desc' })),
      rowLimit: entry.limit ?? null,
      timeoutMs: entry.timeout_s * 1000,
      line: outer.yaml.positionOf(where).line,
    },
  ]
}

function openSource(
  { folder, kinds, variables, mistake }: Reading,
  { name, source }: Pick<DatasetEntry, 'name' | 'source'>,
) {
  let isWhole = true
  const url = expandUrl(source, variables, (sentence) => {
    isWhole = false
    mistake(['source'], sentence)
  })
  if (!isWhole) return null
  const kind = kinds.find(({ schemes }) => schemes.some((scheme) => url.startsWith(scheme)))
  if (!kind) {
    mistake(['source'], `must be a URL such as ${kinds.map(({ example }) => example).join(' or ')}`)
    return null
  }
  return tryOpen(kind, url, folder, name, (sentence) => mistake(['source'], sentence))
}

function tryOpen(kind: SourceKind, url: string, folder: string, name: string, mistake: (sentence: string) => void) {
  try {
    const source: Source = kind.open(url, folder, name)
    return { kind, url, source }
  } catch (error) {
    mistake(error instanceof Error ? error.message : String(error))
    return null
  }
}

function readRelation(
  { mistake }: Reading,
  { table, query }: DatasetEntry,
  { reads }: SourceKind,
): DatasetDefinition['relation'] | null {
  const asks: RelationKind[] = []
  if (table !== undefined) asks.push('table')
  if (query !== undefined) asks.push('query')
  for (const key of asks.filter((key) => !reads.includes(key))) {
    mistake([key], 'has no meaning for this kind of source: leave it out')
  }
  if (asks.length === 2) mistake(['query'], 'must not stand beside table: a dataset is read from one of them')
  if (asks.length === 0 && !reads.includes('whole')) mistake([], `needs ${reads.join(' or ')}`)
  if (table !== undefined) return { table }
  return query === undefined ? { whole: true } : { query }
}

function readParameters({ mistake }: Reading, { query, parameters }: DatasetEntry, quoting?: Quoting) {
  const known = parameters.map(({ name }) => name)
  const used = query === undefined ? [] : parametersOf(query, quoting)
  const missing = used.filter((name) => !known.includes(name))
  if (missing.length > 0) {
    mistake(['query'], `uses ${missing.map((name) => `:${name}`).join(', ')}, which parameters does not list`)
  }
  for (const [at, { name, type, required, default: preset }] of parameters.entries()) {
    const where = ['parameters', at]
    if (known.indexOf(name) !== at) mistake([...where, 'name'], `is used twice: "${name}"`)
    else if (!used.includes(name)) mistake([...where, 'name'], `is not used: there is no :${name} in a query`)
    if (preset === undefined) continue
    if (required) mistake([...where, 'required'], 'must not be true beside a default')
    const value = readValue({ type }, preset)
    if (value instanceof Unfit) mistake([...where, 'default'], `must be ${value.need}`)
  }
}

const hash = (what: unknown) => createHash('sha256').update(JSON.stringify(what)).digest('hex')

/** `datasets[1].source` */
const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text ? `${text}.${String(step)}` : String(step)
  }, '') || 'the file'
