import type { CheckStatus, ProbeResult, ProbeStep } from '@queue-ops/server/contract'
import type { Clock } from './clock.ts'
import { Stopped, within } from './deadline.ts'
import { asFailure, OwnFault, StepFailure } from './failure.ts'
import { oneLine } from './sentence.ts'
import { openSession, type Session } from './session.ts'
import type { Step } from './steps/step.ts'
import { sumUp, type Seen, type Summary } from './summary.ts'
import type { Target } from './target.ts'
import type { Trace } from './trace.ts'
import { unseen, type Verdict } from './verdict.ts'

export interface RunOptions {
  target: Target
  steps: readonly Step[]
  /** What the probe tells the target of itself. */
  version: string
  clock: Clock
  /** Ends the run at once, with status unknown. */
  stop: AbortSignal
  /** Whether this run does the canary export, if the target has one. */
  isCanaryDue: boolean
  trace: Trace | null
  /** Resolves after so many milliseconds, or early when the signal aborts. */
  sleep(ms: number, stop: AbortSignal): Promise<void>
  /** From 0 up to 1, as Math.random. */
  random(): number
}

interface Outcome extends Summary {
  steps: ProbeStep[]
}

const exitCodes = { pass: 0, warn: 1, fail: 2, unknown: 3 } as const satisfies Record<CheckStatus, number>
const messageLimit = 500
/** For telling the target that the session is over: a courtesy, so it may not take long. */
const goodbyeMs = 1000
/** For the end of a process: it is asked twice before it is killed. */
const closeMs = 6000
/** Before a step is tried again; varied, so that many probes do not keep step. */
const retryPauseMs = 300

/** One run: asks the steps in turn. Never rejects; all connections and processes are closed when it resolves. */
export async function runProbe(options: RunOptions): Promise<ProbeResult> {
  const { target, clock, trace } = options
  const time = clock.now().toISOString()
  const begun = clock.elapsed()
  let session: Session | null = null
  let outcome: Outcome
  try {
    session = await openSession(options)
    outcome = await askInTurn(session, options)
  } catch (error) {
    outcome = { verdict: ownFault(target, error), steps: [], failedStep: null }
  }
  const { verdict, steps, failedStep } = outcome
  const { numbers = unseen, ...learnt } = session?.learnt ?? nothingLearnt
  const result: ProbeResult = {
    schema: 2,
    time,
    target: target.name,
    status: verdict.status,
    exit_code: exitCodes[verdict.status],
    reason: verdict.reason,
    message: oneLine(verdict.message, messageLimit),
    failed_step: failedStep,
    duration_ms: millisecondsSince(begun, clock),
    steps,
    ...learnt,
    ...numbers,
  }
  trace?.(`= ${result.status} after ${result.duration_ms} ms: ${result.message}`)
  if (session !== null) await close(session, options.stop)
  return result
}

/** The same result when the probe could not do its own part: exit code 3, and `problem` before what was seen. */
export function asUnknown(result: ProbeResult, problem: string): ProbeResult {
  const message = oneLine(`${problem}; seen before: ${result.status}: ${result.message}`, messageLimit)
  return { ...result, status: 'unknown', exit_code: exitCodes.unknown, reason: 'own_fault', message }
}

const nothingLearnt = { era: null, certificate_expires_at: null, canary_ms: null, findings: [], numbers: unseen }

function ownFault(target: Target, error: unknown): Verdict {
  const words =
    error instanceof OwnFault || error instanceof Stopped ? error.message : `internal error: ${String(error)}`
  return { status: 'unknown', reason: 'own_fault', message: `${target.name}: ${words}` }
}

async function askInTurn(session: Session, options: RunOptions): Promise<Outcome> {
  const { target, clock } = options
  const deadline = clock.elapsed() + target.timeouts.totalMs
  const steps: ProbeStep[] = []
  const seen: Seen[] = []
  for (const step of options.steps) {
    if (!step.applies(session)) continue
    const begun = clock.elapsed()
    const { verdict, isOver } = await askWithRetries(step, session, options, deadline)
    seen.push({ step, verdict })
    if (verdict.status === 'unknown') break
    session.hasFailed ||= verdict.status === 'fail'
    const duration_ms = millisecondsSince(begun, clock)
    steps.push({ name: step.name, ok: verdict.status !== 'fail', duration_ms })
    options.trace?.(`= ${step.name} ${verdict.status} after ${duration_ms} ms`)
    if (isOver) break
  }
  return { steps, ...sumUp(target, seen) }
}

const passed: Verdict = { status: 'pass', reason: null, message: '', isNamed: true }

async function askWithRetries(
  step: Step,
  session: Session,
  options: RunOptions,
  deadline: number,
): Promise<{ verdict: Verdict; isOver: boolean }> {
  const { stop, sleep, random, trace } = options
  for (let left = step.isRepeatable ? session.target.retries : 0; ; left--) {
    try {
      const verdict = await within(msFor(step, session, deadline, options.clock), stop, (signal) =>
        step.ask(session, signal),
      )
      return { verdict: verdict ?? passed, isOver: false }
    } catch (error) {
      if (stop.aborted || error instanceof Stopped) return { verdict: stopped, isOver: true }
      if (error instanceof OwnFault) return { verdict: { ...stopped, message: error.message }, isOver: true }
      const { reason, message } = asFailure(error)
      if (left === 0 || !isPassing(reason)) return { verdict: { status: 'fail', reason, message }, isOver: true }
      trace?.(`= ${step.name} ${reason}: ${message}; tried again`)
      await sleep(retryPauseMs * (0.5 + random()), stop)
    }
  }
}

const stopped: Verdict = { status: 'unknown', reason: 'own_fault', message: 'stopped before it ended' }

/** What may be over the next moment; an answer that was given stays the same. */
const isPassing = (reason: Verdict['reason']) => reason === 'unreachable' || reason === 'timeout'

function msFor(step: Step, { target }: Session, deadline: number, clock: Clock): number {
  const own = target.timeouts.steps[step.name]
  if (step.name === 'canary_export') return own
  const left = deadline - clock.elapsed()
  if (left <= 0)
    throw new StepFailure('timeout', `the ${target.timeouts.totalMs} ms of the whole run were used up before it`)
  return Math.min(own, left)
}

/** Ends the session on the target, so that runs leave none behind, and whatever is still open. */
async function close({ client, link }: Session, stop: AbortSignal): Promise<void> {
  const { transport } = client ?? {}
  if (link.kind === 'http' && transport !== undefined && 'terminateSession' in transport) {
    const goodbye = transport as ReturnType<typeof link.transport>
    await within(goodbyeMs, stop, () => goodbye.terminateSession()).catch(() => undefined)
  }
  const over = new AbortController().signal
  await within(closeMs, over, async () => {
    await client?.close()
    await link.close()
  }).catch(() => undefined)
}

function millisecondsSince(begun: number, clock: Clock): number {
  return Math.round((clock.elapsed() - begun) * 10) / 10
}
