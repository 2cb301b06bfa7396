import type { Check, CheckStatus, HealthReport, ProbeResult } from '@queue-ops/server/contract'
import { plural } from './sentence.ts'

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
  /** One sentence that names what it speaks of. */
  message: string
  numbers?: QueueNumbers
}

/**
 * Judges a health report. A report that contradicts itself is taken at its worst: "healthy" with a failed check fails,
 * "operational" with a check that could not be read warns.
 */
export function judge(report: HealthReport): Verdict {
  const numbers = numbersIn(report.checks)
  const status = statusOf(report)
  if (status === 'pass') {
    const parts = [report.status, deadLetterWords(numbers), consumerWords(numbers)]
    return { status, message: `${report.queue}: ${parts.join(', ')}`, numbers }
  }
  const reasons = reasonsIn(report.checks).map((check) => `${check.name}: ${check.message.replace(/\.$/, '')}`)
  const message = `${report.queue}: ${reasons.length > 0 ? reasons.join('; ') : report.summary}`
  return { status, message, numbers }
}

function statusOf(report: HealthReport): 'pass' | 'warn' | 'fail' {
  if (!report.healthy || report.status === 'down' || report.checks.some(isFailing)) return 'fail'
  const allPass = report.checks.every((check) => check.status === 'pass')
  return report.status === 'operational' && allPass ? 'pass' : 'warn'
}

/** What failed, then what warns. What could not be read is a reason only when nothing failed: else it is a consequence. */
function reasonsIn(checks: readonly Check[]): Check[] {
  const failing = checks.filter(isFailing)
  const doubtful = checks.filter((check) => !isFailing(check) && check.status !== 'pass')
  return [...failing, ...doubtful.filter((check) => check.status === 'warn' || failing.length === 0)]
}

function isFailing(check: Check): boolean {
  return !check.ok || check.status === 'fail'
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
