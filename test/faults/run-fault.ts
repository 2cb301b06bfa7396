import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProbeResult } from '@queue-ops/server/contract'
import { eventually } from '../support/eventually.ts'
import type { Fault } from './fault.ts'
import type { Monitor, MonitorKind } from './monitors/monitor.ts'
import { startProbe, type RunningProbe } from './monitors/probe.ts'
import { detectionOf, endOf, tells, type Outcome, type RivalView } from './outcome.ts'
import { startSystem } from './system.ts'

export interface Conditions {
  intervalMs: number
  rivals: MonitorKind[]
}

/** Runs that must pass before the fault, after the first that does. */
const CALM_RUNS = 2

/** A new system is given so long to be well; every rule that looks back is over its start by then. */
const START_MS = 90_000

/** And who complains of it all the same is not waited for any longer than this. */
const RIVALS_MS = 20_000

/** Far more than is allowed: what is later than this is not seen at all. */
const PATIENCE_RUNS = 12

/** So many looks each monitor gets at the fault when the window is over. */
const LOOKS = 3

/** The slowest program comes back in this time; it decides no test. */
const RECOVERY_MS = 60_000

/** Lets one fault happen to a system of its own, with all monitors watching. Rejects when it cannot be done at all. */
export async function runFault(fault: Fault, { intervalMs, rivals }: Conditions): Promise<Outcome> {
  await using system = await startSystem(fault.system)
  await fault.prepare?.(system)
  await using probe = await startProbe(system, intervalMs)
  await using started = new AsyncDisposableStack()
  const monitors = new Map<string, Monitor>()
  for (const kind of rivals) monitors.set(kind.name, started.use(await kind.start(system, intervalMs)))

  const falseAlarms = await calm(probe, monitors)
  // Not right after a run of ours, which would be the worst for it and the same for no other monitor.
  await pause(phaseOf(fault.name) * intervalMs)
  const restless = complaining(monitors)
  const begunAt = Date.now()
  const undo = await fault.inject(system)
  const windowEndsAt = Date.now() + fault.window.ms
  const found = await firstAfter(probe, begunAt, (result) => tells(fault, result), {
    until: () => runsFrom(probe, windowEndsAt).length >= PATIENCE_RUNS,
    withinMs: fault.window.ms + PATIENCE_RUNS * intervalMs + RECOVERY_MS,
  })
  // Who is slower than we are is given the same time.
  const heldUntil = windowEndsAt + LOOKS * intervalMs
  await eventually(() => must(Date.now() >= heldUntil), fault.window.ms + RECOVERY_MS)
  const seenBy = [...monitors].map(
    ([name, monitor]) => [name, name in restless ? null : firstBad(monitor, begunAt)] as const,
  )

  await undo()
  const undoneAt = Date.now()
  const recovered = await firstAfter(probe, undoneAt, ({ status }) => status === 'pass', {
    withinMs: (fault.afterMs ?? fault.window.ms) + PATIENCE_RUNS * intervalMs + RECOVERY_MS,
  })
  return {
    fault,
    falseAlarms,
    detection: found && detectionOf(fault, found, begunAt),
    runsAfterWindow: found && runsFrom(probe, windowEndsAt).filter(({ time }) => time <= found.time).length,
    recoveredAfterS: recovered && (endOf(recovered) - undoneAt) / 1000,
    lastWords: probe.results().at(-1)?.message ?? 'nothing',
    rivals: Object.fromEntries(seenBy),
    restless,
    heldS: (undoneAt - begunAt) / 1000,
  }
}

/** What the monitors complain of at this moment, by their names. */
const complaining = (monitors: Map<string, Monitor>): Record<string, string> =>
  Object.fromEntries(
    [...monitors].flatMap(([name, monitor]) => {
      const why = monitor.looks().at(-1)?.why
      return typeof why === 'string' ? [[name, why]] : []
    }),
  )

/** Where between two looks a fault begins, from 0 to 1: anywhere, but the same in every run. */
const phaseOf = (name: string): number => createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32

/** Waits until all is well and has been for some runs; gives what was said meanwhile though nothing was wrong. */
async function calm(probe: RunningProbe, monitors: Map<string, Monitor>): Promise<string[]> {
  const begun = () => probe.results().findIndex(({ status }) => status === 'pass')
  await eventually(() => {
    const last = probe.results().at(-1)
    if (begun() < 0) throw new Error(`the system is never well: ${last?.message ?? 'no run of the probe is over'}`)
    must(probe.results().length > begun() + CALM_RUNS)
  }, START_MS)
  // On a machine that is busy with starting systems the first looks time out.
  const isCalm = (monitor: Monitor) => monitor.looks().at(-1)?.why === null
  await eventually(() => monitors.forEach((monitor) => must(isCalm(monitor))), RIVALS_MS).catch(() => undefined)
  return probe
    .results()
    .slice(begun())
    .flatMap(({ status, message }) => (status === 'pass' ? [] : [message]))
}

interface Bounds {
  withinMs: number
  /** When there is no use in waiting any longer. */
  until?: () => boolean
}

/** The first run that began after a moment and is such a one; null when there is none in time. */
async function firstAfter(
  probe: RunningProbe,
  moment: number,
  isIt: (result: ProbeResult) => boolean,
  { withinMs, until = () => false }: Bounds,
): Promise<ProbeResult | null> {
  const find = () => runsFrom(probe, moment).find(isIt) ?? null
  await eventually(() => must(find() !== null || until()), withinMs).catch(() => undefined)
  return find()
}

const runsFrom = (probe: RunningProbe, moment: number) =>
  probe.results().filter(({ time }) => Date.parse(time) >= moment)

function firstBad(monitor: Monitor, begunAt: number): RivalView | null {
  const bad = monitor.looks().find(({ beganAt, why }) => beganAt >= begunAt && why !== null)
  return bad ? { seconds: (bad.endedAt - begunAt) / 1000, why: bad.why ?? '' } : null
}

function must(isSo: boolean): void {
  if (!isSo) throw new Error('not yet')
}
