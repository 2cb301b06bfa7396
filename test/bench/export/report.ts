import { ExportFormat } from '@queue-ops/server/contract'
import { figureSection, type FigureColumn } from '../figure-table.ts'
import { goalSection, type Verdict } from '../goal.ts'
import { list } from '../markdown.ts'
import { profileSection, type Profile } from '../profile.ts'
import type { Results } from '../results.ts'
import type { FileKind } from './contender.ts'
import { contenders } from './contenders.ts'
import { CALLS_A_SECOND, idle, program } from './live-loop.ts'
import type { Sizes } from './sizes.ts'

/** Everything that goes into the report. */
export interface Run {
  machine: string[]
  rounds: number
  sizes: Sizes
  versions: string[]
  /** Sentences on what could not be measured. */
  problems: string[]
  results: Results
  verdicts: Verdict[]
  /** Where the time goes in what missed its goal. */
  profiles: { of: string; profile: Profile }[]
}

const programs = [
  { id: idle, name: 'no export' },
  ...ExportFormat.options.map((format) => ({ id: program(format), name: `exporting ${format}` })),
]

/** Of a contender, or of what the whole program does. */
export const nameOf = (id: string): string => [...contenders, ...programs].find((other) => other.id === id)?.name ?? id

/** The tables, each with what its ratios are to. */
const tables: { title: string; kinds: FileKind[]; reference: string }[] = [
  { title: 'Reading alone', kinds: ['rows'], reference: 'floor' },
  { title: 'CSV', kinds: ['csv'], reference: 'csv-stringify' },
  { title: 'JSON', kinds: ['json', 'ndjson'], reference: 'json-stream-stringify' },
  { title: 'XLSX', kinds: ['xlsx'], reference: 'exceljs' },
  { title: 'Parquet', kinds: ['parquet'], reference: 'duckdb-parquet' },
]

const writing: FigureColumn[] = [
  { title: 'rows/s', figure: 'rows', digits: 0 },
  { title: 'CPU s', figure: 'cpu', digits: 1 },
  { title: 'peak memory MB', figure: 'memory', digits: 0 },
  { title: 'file MB', figure: 'size', digits: 0 },
]

export function markdown(run: Run): string {
  const rows = (count: number) => `${count.toLocaleString('en')} rows`
  return [
    '# Bench of the exports',
    list([
      ...run.machine,
      run.versions.join(', '),
      `medians of ${run.rounds} round(s) of ${rows(run.sizes.rows)} of 10 mixed columns from a SQLite file; contenders take turns, each write in a fresh process`,
      'ours hash the file and wait until it is safe on disk; the rivals do neither, and get big integers, dates and booleans as SQLite gives them, ready to be written',
      'DuckDB copies from a file of its own, which was loaded before, with as many threads as there are cores',
      'MB are 10^6 bytes; the memory of writers includes that of Node and of the bench itself, see "Reading alone"',
      ...(run.rounds < 5 ? ['fewer than 5 rounds: a look whether it works, no measurement'] : []),
    ]),
    ...tables.flatMap(({ title, kinds, reference }) =>
      figureSection(
        `${title}${kinds[0] === 'rows' ? '' : `; × is the ratio to ${nameOf(reference)}`}`,
        contenders.filter(({ kind }) => kinds.includes(kind)),
        run.results,
        writing,
        reference,
      ),
    ),
    ...figureSection(
      'The built program, ROLE=all, one export in it: peak memory of the process (MB)',
      programs,
      run.results,
      [
        { title: rows(run.sizes.fewRows), figure: 'memoryFew', digits: 0 },
        { title: rows(run.sizes.rows), figure: 'memory', digits: 0 },
        { title: 'more', figure: 'memoryMore', digits: 0 },
      ],
    ),
    ...figureSection(
      `The same: health_check over MCP and HTTP, ${CALLS_A_SECOND} a second, one export after the other (ms)`,
      programs,
      run.results,
      [
        { title: 'p50', figure: 'callP50', digits: 1 },
        { title: 'p99', figure: 'callP99', digits: 1 },
        { title: 'slowest', figure: 'callMax', digits: 1 },
        { title: 'p99 above idle', figure: 'callAbove', digits: 1 },
      ],
    ),
    ...figureSection('The same: one very large export, fetched and counted by DuckDB', programs, run.results, [
      { title: 'rows', figure: 'manyRows', digits: 0 },
      { title: 'rows/s', figure: 'manyRate', digits: 0 },
      { title: 'file MB', figure: 'manySize', digits: 0 },
      { title: 'peak memory MB', figure: 'manyMemory', digits: 0 },
    ]),
    ...goalSection(run.verdicts),
    ...run.profiles.flatMap(({ of, profile }) => profileSection(nameOf(of), profile)),
    ...(run.problems.length > 0 ? ['## Not measured', list(run.problems)] : []),
  ].join('\n\n')
}

export function json(run: Run): string {
  const { results, verdicts, ...rest } = run
  const measured = [...contenders, ...programs].flatMap(({ id, name }) => {
    const figures = results.of(id)
    return Object.keys(figures).length > 0 ? [{ id, name, figures }] : []
  })
  return JSON.stringify({ ...rest, measured, goals: verdicts }, null, 2)
}
