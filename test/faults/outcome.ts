import type { ProbeResult } from '@queue-ops/server/contract'
import type { Fault } from './fault.ts'

/** What became of one fault. Times are seconds from the moment at which it was begun. */
export interface Outcome {
  fault: Fault
  /** Runs of ours before the fault: whether they all passed. */
  falseAlarms: string[]
  /** Null: not seen. */
  detection: Detection | null
  /** Runs of ours from the end of the window to the detection; 0 when it came before. */
  runsAfterWindow: number | null
  /** Seconds from its end to the first run that passes, null when there was none. */
  recoveredAfterS: number | null
  /** Last words when it was not seen, or did not recover. */
  lastWords: string
  /** By name of the monitor; null: not seen. */
  rivals: Record<string, RivalView | null>
  /** What some of them complained of before there was a fault, which makes their view worth nothing. */
  restless: Record<string, string>
  /** How long it was there, in seconds. */
  heldS: number
}

export interface RivalView {
  seconds: number
  why: string
}

export interface Detection {
  seconds: number
  reason: string | null
  /** The expected checks that were seen, and the others beside them. */
  seen: string[]
  also: string[]
  message: string
}

const rank = { pass: 0, unknown: 0, warn: 1, fail: 2 }

/** Whether a run of the probe has told of this very fault, and not only that something is wrong. */
export function tells({ seenAs, atLeast = 'fail' }: Fault, { status, reason, findings }: ProbeResult): boolean {
  if (rank[status] < rank[atLeast]) return false
  if (reason !== null && seenAs.includes(reason)) return true
  return findings.some((finding) => seenAs.includes(finding.name) && rank[finding.status] >= rank[atLeast])
}

export function detectionOf(fault: Fault, result: ProbeResult, begunAt: number): Detection {
  const names = [...(result.reason ? [result.reason] : []), ...result.findings.map(({ name }) => name)]
  return {
    seconds: (endOf(result) - begunAt) / 1000,
    reason: result.reason,
    seen: names.filter((name) => fault.seenAs.includes(name)),
    also: names.filter((name) => !fault.seenAs.includes(name)),
    message: result.message,
  }
}

/** When a run was over and told, milliseconds since 1970. */
export const endOf = ({ time, duration_ms }: ProbeResult) => Date.parse(time) + duration_ms

/** The bound of the product: two probe intervals beyond the window of the rule, counted in runs. */
const RUNS = 2

/** What is not as it must be, a sentence for each; none when all is well. */
export function complaintsOf(outcome: Outcome): string[] {
  const { fault, falseAlarms, detection, runsAfterWindow, recoveredAfterS, lastWords } = outcome
  const complaints = falseAlarms.map((message) => `false alarm before the fault: ${message}`)
  if (detection === null) complaints.push(`not seen as ${fault.seenAs.join(' or ')}; last: ${lastWords}`)
  else if (runsAfterWindow !== null && runsAfterWindow > RUNS) {
    complaints.push(`seen only by run ${runsAfterWindow} after the window, ${detection.seconds.toFixed(1)} s`)
  }
  if (recoveredAfterS === null) complaints.push(`did not recover by itself; last: ${lastWords}`)
  return complaints
}
