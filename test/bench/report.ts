import { contenderOf, reference } from './contenders.ts'
import type { ContenderHandle } from './contender-handle.ts'
import { markdownTable } from './markdown-table.ts'
import type { Profile, Share } from './profile.ts'
import type { Results } from './results.ts'
import type { Sizes } from './sizes.ts'
import type { Verdict } from './verdict.ts'

/** Everything that goes into the report. */
export interface Run {
  machine: string[]
  rounds: number
  sizes: Sizes
  contenders: ContenderHandle[]
  /** Sentences on what could not be measured. */
  problems: string[]
  results: Results
  verdicts: Verdict[]
  /** Where the time goes in what missed its goal. */
  profiles: { of: string; measure: string; profile: Profile }[]
}

interface Column {
  title: string
  figure: string
  digits: number
  /** Without the ratio to the reference. */
  plain?: boolean
}

const throughput: Column[] = [
  { title: 'add one by one /s', figure: 'addOneByOne', digits: 0 },
  { title: 'add in bulk /s', figure: 'addBulk', digits: 0 },
  { title: 'process c1 /s', figure: 'process1', digits: 0 },
  { title: 'process c10 /s', figure: 'process10', digits: 0 },
  { title: 'process c50 /s', figure: 'process50', digits: 0 },
]
const costs: Column[] = [
  { title: 'CPU of the process at c1, µs a job', figure: 'process1Cpu', digits: 0 },
  { title: 'at c10', figure: 'process10Cpu', digits: 0 },
  { title: 'at c50', figure: 'process50Cpu', digits: 0 },
  { title: 'idle worker, CPU %', figure: 'idleCpu', digits: 2 },
]
const latencies: Column[] = [
  { title: 'in one process, p50 ms', figure: 'latencyInProcessP50', digits: 2 },
  { title: 'p99 ms', figure: 'latencyInProcessP99', digits: 2 },
  { title: 'across processes, p50 ms', figure: 'latencyAcrossP50', digits: 2 },
  { title: 'p99 ms', figure: 'latencyAcrossP99', digits: 2 },
]
const growth: Column[] = [
  { title: 'jobs', figure: 'growthJobs', digits: 0, plain: true },
  { title: 'bytes a job', figure: 'growthBytes', digits: 0 },
  { title: 'bytes a job, second half', figure: 'growthLateBytes', digits: 0 },
  { title: 'bytes at the end', figure: 'growthTotal', digits: 0, plain: true },
]

export function markdown(run: Run): string {
  const claims = run.sizes.waiting.map((waiting): Column => ({
    title: `${waiting.toLocaleString('en')} waiting, µs a job`,
    figure: `claim${waiting}`,
    digits: 0,
  }))
  return [
    '# Bench of the queue stores',
    list([
      ...run.machine,
      [...new Set(run.contenders.map(({ version }) => version))].join(', '),
      `medians of ${run.rounds} round(s), contenders taking turns in each measure; × is the ratio to ${nameOfReference(run)}; jobs carry 500 bytes and do nothing`,
      ...(run.rounds < 5 ? ['fewer than 5 rounds: a look whether it works, no measurement'] : []),
    ]),
    ...section('Throughput', run, throughput),
    ...section('Latency from add to start', run, latencies),
    ...section('CPU', run, costs),
    ...section('Growth: jobs added, worked on and kept (on disk; with Redis in memory)', run, growth),
    ...section('A job at concurrency 1, by how many wait', run, claims),
    '## Goals',
    goalTable(run.verdicts),
    ...run.profiles.flatMap(profileOf),
    ...(run.problems.length > 0 ? ['## Not measured', list(run.problems)] : []),
  ].join('\n\n')
}

export function json(run: Run): string {
  const { contenders, results, verdicts, ...rest } = run
  const measured = contenders.map(({ contender: { id, name }, version }) => ({
    id,
    name,
    version,
    figures: results.of(id),
  }))
  return JSON.stringify({ ...rest, reference, contenders: measured, goals: verdicts }, null, 2)
}

function section(title: string, { contenders, results }: Run, columns: Column[]): string[] {
  const measured = contenders.filter(({ contender: { id } }) =>
    columns.some(({ figure }) => results.median(id, figure) !== undefined),
  )
  const rows = measured.map(({ contender: { id, name } }) => [
    name,
    ...columns.map((column) => cell(column, results.median(id, column.figure), results)),
  ])
  if (rows.length === 0) return []
  return [`## ${title}`, markdownTable(['', ...columns.map((column) => column.title)], rows)]
}

function cell({ figure, digits, plain }: Column, value: number | undefined, results: Results): string {
  if (value === undefined) return '–'
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const other = results.median(reference, figure)
  return plain || other === undefined ? text : `${text} (${(value / other).toFixed(2)}×)`
}

const nameOfReference = ({ contenders }: Run) =>
  contenders.find(({ contender: { id } }) => id === reference)?.contender.name ?? 'nothing, as it was left out'

function goalTable(verdicts: Verdict[]): string {
  const rows = verdicts.map(({ goal, wanted, measured, reached, floor }) => [
    goal.title,
    wanted,
    measured,
    reached === null ? 'not measured' : reached ? 'reached' : '**missed**',
    floor ?? '',
  ])
  return markdownTable(['', 'goal', 'measured', '', 'floor'], rows)
}

function profileOf({ of, measure, profile }: Run['profiles'][number]): string[] {
  const lines = (shares: Share[]) =>
    list(shares.map(({ name, percent }) => `${percent.toFixed(1).padStart(4)} % ${name}`))
  return [
    `### Where the time goes: ${measure}, ${contenderOf(of).name}`,
    'By owner of the code, in shares of the time in which the process was not idle (waiting for the disk is not idle):',
    lines(profile.areas.filter(({ percent }) => percent >= 0.5)),
    'Functions by their own time:',
    lines(profile.functions),
  ]
}

const list = (lines: string[]) => lines.map((line) => `- ${line}`).join('\n')
