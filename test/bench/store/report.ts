import { figureSection, type FigureColumn } from '../figure-table.ts'
import { goalSection, type Verdict } from '../goal.ts'
import { list } from '../markdown.ts'
import { profileSection, type Profile } from '../profile.ts'
import type { Results } from '../results.ts'
import { contenderOf, reference } from './contenders.ts'
import type { ContenderHandle } from './contender-handle.ts'
import type { Sizes } from './sizes.ts'

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

const throughput: FigureColumn[] = [
  { title: 'add one by one /s', figure: 'addOneByOne', digits: 0 },
  { title: 'add in bulk /s', figure: 'addBulk', digits: 0 },
  { title: 'process c1 /s', figure: 'process1', digits: 0 },
  { title: 'process c10 /s', figure: 'process10', digits: 0 },
  { title: 'process c50 /s', figure: 'process50', digits: 0 },
]
const costs: FigureColumn[] = [
  { title: 'CPU of the process at c1, µs a job', figure: 'process1Cpu', digits: 0 },
  { title: 'at c10', figure: 'process10Cpu', digits: 0 },
  { title: 'at c50', figure: 'process50Cpu', digits: 0 },
  { title: 'idle worker, CPU %', figure: 'idleCpu', digits: 2 },
]
const latencies: FigureColumn[] = [
  { title: 'in one process, p50 ms', figure: 'latencyInProcessP50', digits: 2 },
  { title: 'p99 ms', figure: 'latencyInProcessP99', digits: 2 },
  { title: 'across processes, p50 ms', figure: 'latencyAcrossP50', digits: 2 },
  { title: 'p99 ms', figure: 'latencyAcrossP99', digits: 2 },
]
const growth: FigureColumn[] = [
  { title: 'jobs', figure: 'growthJobs', digits: 0, plain: true },
  { title: 'bytes a job', figure: 'growthBytes', digits: 0 },
  { title: 'bytes a job, second half', figure: 'growthLateBytes', digits: 0 },
  { title: 'bytes at the end', figure: 'growthTotal', digits: 0, plain: true },
]

export function markdown(run: Run): string {
  const claims = run.sizes.waiting.map((waiting): FigureColumn => ({
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
    ...goalSection(run.verdicts),
    ...run.profiles.flatMap(({ of, measure, profile }) =>
      profileSection(`${measure}, ${contenderOf(of).name}`, profile),
    ),
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

function section(title: string, { contenders, results }: Run, columns: FigureColumn[]): string[] {
  return figureSection(
    title,
    contenders.map(({ contender }) => contender),
    results,
    columns,
    reference,
  )
}

const nameOfReference = ({ contenders }: Run) =>
  contenders.find(({ contender: { id } }) => id === reference)?.contender.name ?? 'nothing, as it was left out'
