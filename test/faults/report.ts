import { describeMachine } from '../bench/machine.ts'
import { list, markdownTable } from '../bench/markdown.ts'
import type { Fault } from './fault.ts'
import type { MonitorKind } from './monitors/monitor.ts'
import { complaintsOf, type Outcome } from './outcome.ts'

export interface Matrix {
  outcomes: Outcome[]
  rivals: MonitorKind[]
  /** Its version, or why it is not among the rivals. */
  blackbox: string
  impossible: Fault[]
  /** Faults that could not be tried though they should, and why. */
  broken: string[]
  intervalMs: number
  atOnce: number
  tookMs: number
}

const OURS = 'ours'

/** The fault matrix as a document in Markdown. */
export async function matrixReport(matrix: Matrix): Promise<string> {
  const { outcomes, rivals, intervalMs, atOnce, tookMs } = matrix
  const names = rivals.map(({ name }) => name)
  const complaints = outcomes.flatMap((outcome) =>
    complaintsOf(outcome).map((complaint) => `${outcome.fault.name}: ${complaint}`),
  )
  const seconds = intervalMs / 1000
  return `# Fault matrix

What our probe notices of ${outcomes.length} faults, how soon, and what other monitors notice of the same ones. Made by
\`npm run test:faults -- --out docs/fault-matrix.md\`: every fault is done for real to a system of its own (the built server,
a worker process, a store of its own), watched by all monitors at the same time. Nothing is simulated, nobody is told.

## What was seen

Seconds from the beginning of the fault to the end of the first bad look; - for not seen, ? for who complained before there was a
fault. All look every ${seconds} s; a fault begins anywhere between two looks of ours. Ours counts only when it names the fault (a
reason or a check that belongs to it) with the verdict "fail", unless the table below says "warn"; of the others anything bad
counts, at once and without a second look. All have the same time: until the window of our rule is over and three looks more.

${markdownTable(['fault', OURS, ...names], rows(outcomes, names))}

**Ours** looks through \`health_check\`, as \`queue-ops-probe --interval ${seconds}\` does. The others:

${list(rivals.map(({ name, what }) => `**${name}**: ${what}.`))}

The second column of blackbox_exporter is no rival but a generic monitor that listens to our own report: it shows what the report
knows, and by the difference what only the probe sees.

## How soon, and why not sooner

The bound: seen by the second run of the probe that begins after the window of the rule. A window is only there where a rule has
to see an age or a rate. Where the limit of the product is longer than a test can wait for, a shorter one was set for the
system of that fault in HEALTH_FILE; it is given here. In all of them event_loop_delay_ms and store_latency_ms are raised, since
the systems hold each other up on the machine that they share, which the report would tell.

${markdownTable(['fault', 'done by', 'window', 'told as', 'well again after'], details(outcomes), 'words')}

Before each fault the system was well for three runs in a row; after it, it was so again without a restart of the server (but
where that was killed) or of the probe ("well again after", from the end of the fault).

## What went wrong

${list([...complaints, ...matrix.broken, ...matrix.impossible.map(({ name, impossible }) => `${name}: not tried here, ${impossible}`)]) || 'Nothing.'}

## What this list does not show

The faults, our rules and this list were written by the same people, who thought of the faults they had rules for: 100 % of
one's own list is no 100 % of the world. Several "-" of the others are a matter of the short time: a count that grows crosses a
naive limit later, a full disk breaks a server sooner or later. Each system has one worker, one host and a network that loses
nothing; there is no Sentinel, no Cluster, no PostgreSQL, no replica that lags, no partition between one worker of many and the
store, no store that is slow but answers, no host short of CPU or memory, no dead probe (its heartbeat is tested elsewhere).
Faults come one at a time and at once; a slow decay and two faults that hide each other are not here. Workers are ours and say
how they are: of other people's less can be known (docs/health.md). A generic monitor that calls our \`health_check\` or \`/api/health\` sees most of what ours sees: what detects is the report, and the probe adds what only a
client from outside can see.

## Measured on

${list([
  ...(await describeMachine()),
  `blackbox_exporter ${matrix.blackbox}`,
  `${atOnce} systems at the same time; ${Math.round(tookMs / 1000)} s in all`,
])}
`
}

function rows(outcomes: Outcome[], names: string[]): string[][] {
  const ofFaults = outcomes.map(({ fault, detection, rivals, restless }) => [
    fault.name,
    detection ? detection.seconds.toFixed(0) : '-',
    ...names.map((name) => (name in restless ? '?' : (rivals[name]?.seconds.toFixed(0) ?? '-'))),
  ])
  const share = (isSeen: (outcome: Outcome) => boolean) => {
    const count = outcomes.filter(isSeen).length
    return `${count} (${Math.round((count / Math.max(outcomes.length, 1)) * 100)} %)`
  }
  return [
    ...ofFaults,
    [
      `**seen, of ${outcomes.length}**`,
      share(({ detection }) => detection !== null),
      ...names.map((name) => share(({ rivals }) => (rivals[name] ?? null) !== null)),
    ],
  ]
}

function details(outcomes: Outcome[]): string[][] {
  return outcomes.map(({ fault, detection, recoveredAfterS }) => [
    fault.name,
    fault.how,
    fault.window.why,
    detection === null ? '-' : `${detection.seen.join(', ')}${fault.atLeast === 'warn' ? ' (warn)' : ''}`,
    recoveredAfterS === null ? '-' : `${recoveredAfterS.toFixed(0)} s`,
  ])
}
