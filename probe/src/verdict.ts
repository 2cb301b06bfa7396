import type {
  Check,
  CheckStatus,
  HealthReport,
  ProbeFinding,
  ProbeReason,
  ProbeResult,
} from '@queue-ops/server/contract'
import { oneLine, plural } from './sentence.ts'

/** The values of the queue that a result carries; null when they were not seen. */
export type QueueNumbers = Pick<ProbeResult, 'dead_letters' | 'consumer_running' | 'consumers' | 'active' | 'waiting'>

export const unseen: QueueNumbers = {
  dead_letters: null,
  consumer_running: null,
  consumers: null,
  active: null,
  waiting: null,
}

/** What a step learnt of the target. */
export interface Verdict {
  status: CheckStatus
  /** Null only when it passes. */
  reason: ProbeReason | null
  message: string
  /** Whether the message names itself what it speaks of, such as a queue; otherwise it is read after the target's name. */
  isNamed?: boolean
}

/** What a health report says, in the terms of a result. */
export interface Judgement {
  verdict: Verdict
  numbers: QueueNumbers
  findings: ProbeFinding[]
}

const maxFindings = 20
const maxFindingText = 300
const reasons = { pass: null, warn: 'degraded', fail: 'unhealthy' } as const

/**
 * Judges a health report. One that contradicts itself is taken at its worst: "healthy" with a failed check fails,
 * "operational" with a check that warns warns. A check that is unknown is told as a finding and is no reason by itself:
 * what a store can never tell would warn for ever.
 */
export function judge(report: HealthReport): Judgement {
  const numbers = numbersIn(report.checks)
  const findings = findingsIn(report)
  const status = statusOf(report, findings)
  return {
    verdict: { status, reason: reasons[status], message: messageOf(report, status, numbers, findings), isNamed: true },
    numbers,
    findings,
  }
}

function statusOf(report: HealthReport, findings: readonly ProbeFinding[]): 'pass' | 'warn' | 'fail' {
  const parts = [report, ...(report.queues ?? [])]
  if (parts.some(({ healthy, status }) => !healthy || status === 'down')) return 'fail'
  if (findings.some(({ status }) => status === 'fail')) return 'fail'
  const isAtItsBest = parts.every(({ status }) => status === 'operational')
  return isAtItsBest && findings.every(({ status }) => status !== 'warn') ? 'pass' : 'warn'
}

function messageOf(
  report: HealthReport,
  status: 'pass' | 'warn' | 'fail',
  numbers: QueueNumbers,
  findings: readonly ProbeFinding[],
): string {
  if (status === 'pass') {
    return `${report.queue}: ${[report.status, deadLetterWords(numbers), consumerWords(numbers)].join(', ')}`
  }
  // What could not be read is a reason only when nothing else is: otherwise it is a consequence.
  const bad = findings.filter((finding) => finding.status !== 'unknown')
  const told = bad.length > 0 ? bad : findings
  if (told.length === 0) return `${report.queue}: ${report.summary}`
  const sentences = told.map(
    ({ queue, name, message }) => `${queue === report.queue ? '' : `${queue} `}${name}: ${message.replace(/\.$/, '')}`,
  )
  return `${report.queue}: ${sentences.join('; ')}`
}

const severity = { fail: 0, warn: 1, unknown: 2, pass: 3 } as const

/** Everything that does not pass, the worst first, those of the main queue before others. */
function findingsIn({ queue, checks, queues = [] }: HealthReport): ProbeFinding[] {
  const all = [{ queue, checks }, ...queues].flatMap(({ queue, checks }) =>
    checks.map((check) => ({
      queue,
      name: check.name,
      status: check.ok ? check.status : ('fail' as const),
      message: oneLine(check.message, maxFindingText),
    })),
  )
  return all
    .filter(({ status }) => status !== 'pass')
    .toSorted((a, b) => severity[a.status] - severity[b.status])
    .slice(0, maxFindings)
}

function numbersIn(checks: readonly Check[]): QueueNumbers {
  const byName = new Map(checks.map((check) => [check.name, check]))
  const worker = byName.get('worker_running')
  const depth = byName.get('queue_depth')
  return {
    dead_letters: byName.get('dlq_depth')?.count ?? null,
    consumer_running: worker?.running ?? null,
    consumers: worker?.consumers ?? null,
    active: depth?.active ?? null,
    waiting: depth?.waiting ?? null,
  }
}

function deadLetterWords({ dead_letters }: QueueNumbers): string {
  return dead_letters === null ? 'dead letters unknown' : plural(dead_letters, 'dead letter')
}

function consumerWords({ consumers, consumer_running }: QueueNumbers): string {
  if (consumers !== null) return plural(consumers, 'consumer')
  return consumer_running === true ? 'consumer running' : 'consumers unknown'
}
