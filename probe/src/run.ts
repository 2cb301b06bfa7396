import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { CheckStatus, ProbeReason, ProbeResult, ProbeStep } from '@queue-ops/server/contract'
import type { Clock } from './clock.ts'
import { within } from './deadline.ts'
import { describeFailure } from './failure.ts'
import { oneLine } from './sentence.ts'
import { openSession, type Session } from './session.ts'
import type { Step } from './steps/step.ts'
import type { Target } from './target.ts'
import { unseen, type Verdict } from './verdict.ts'

export interface RunOptions {
  target: Target
  steps: readonly Step[]
  /** Deadline of each step. */
  timeoutMs: number
  /** What the probe tells the target of itself. */
  version: string
  clock: Clock
  /** Ends the run at once, with status unknown. */
  stop: AbortSignal
}

interface Findings {
  verdict: Verdict
  steps: ProbeStep[]
}

const exitCodes = { pass: 0, warn: 1, fail: 2, unknown: 3 } as const satisfies Record<CheckStatus, number>
const reasons = { pass: null, warn: 'degraded', fail: 'unhealthy', unknown: 'own_fault' } as const satisfies Record<
  CheckStatus,
  ProbeReason | null
>
const messageLimit = 500
/** For telling the target that the session is over: a courtesy, so it may not take long. */
const goodbyeMs = 1000

/** One run: asks the steps in turn up to the first failure. Never rejects; the client is closed when it resolves. */
export async function runProbe(options: RunOptions): Promise<ProbeResult> {
  const { target, clock } = options
  const time = clock.now().toISOString()
  const begun = clock.elapsed()
  const session = openSession(target, options.version)
  const { verdict, steps } = await askInTurn(session, options)
  const result: ProbeResult = {
    schema: 2,
    time,
    target: target.label,
    status: verdict.status,
    exit_code: exitCodes[verdict.status],
    reason: reasons[verdict.status],
    message: oneLine(verdict.message, messageLimit),
    failed_step: steps.find((step) => !step.ok)?.name ?? null,
    duration_ms: millisecondsSince(begun, clock),
    steps,
    era: steps.some(({ name, ok }) => name === 'handshake' && ok) ? 'legacy' : null,
    findings: [],
    certificate_expires_at: null,
    canary_ms: null,
    ...(verdict.numbers ?? unseen),
  }
  await close(session, options.stop)
  return result
}

/** The same result when the probe could not do its own part: exit code 3, and `problem` before what was seen. */
export function asUnknown(result: ProbeResult, problem: string): ProbeResult {
  const message = oneLine(`${problem}; seen before: ${result.status}: ${result.message}`, messageLimit)
  return { ...result, status: 'unknown', exit_code: exitCodes.unknown, message }
}

async function askInTurn(session: Session, options: RunOptions): Promise<Findings> {
  const { target, timeoutMs, clock, stop } = options
  const steps: ProbeStep[] = []
  let verdict: Verdict = { status: 'pass', message: `${target.label}: all steps passed` }
  for (const step of options.steps) {
    const begun = clock.elapsed()
    try {
      verdict = (await within(timeoutMs, stop, (signal) => step.ask(session, during(signal, timeoutMs)))) ?? verdict
    } catch (error) {
      const status = stop.aborted ? 'unknown' : 'fail'
      verdict = { status, message: `${target.label} ${step.name}: ${describeFailure(error)}` }
    }
    if (verdict.status === 'unknown') break
    const ok = verdict.status !== 'fail'
    steps.push({ name: step.name, ok, duration_ms: millisecondsSince(begun, clock) })
    if (!ok) break
  }
  return { verdict, steps }
}

/** The SDK has a deadline of its own per request, which would end long steps early: it is put behind ours. */
function during(signal: AbortSignal, timeoutMs: number): RequestOptions {
  return { signal, timeout: timeoutMs + 1000 }
}

/** Ends the session on the target, so that runs leave none behind, and aborts whatever is still open. */
async function close({ client, transport }: Session, stop: AbortSignal): Promise<void> {
  await within(goodbyeMs, stop, () => transport.terminateSession()).catch(() => undefined)
  await client.close().catch(() => undefined)
}

function millisecondsSince(begun: number, clock: Clock): number {
  return Math.round((clock.elapsed() - begun) * 10) / 10
}
