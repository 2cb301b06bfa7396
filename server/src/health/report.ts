import type { Check, HealthReport, HealthStatus } from '../contract.ts'
import { rules } from './rules/list.ts'
import type { Finding, Limits, Signals } from './rules/rule.ts'

/** Turns signals into the report that the tool, the page, the probe and `/readyz` share. A pure function. */
export function reportHealth(signals: Signals, limits: Limits): HealthReport {
  const findings = rules.map((rule) => rule(signals, limits))
  const checks = findings.map(({ check }) => check)
  const status = worstOf(findings)
  return {
    healthy: checks.every((check) => check.ok),
    status,
    summary: summarize(status, checks, signals.queue),
    queue: signals.queue,
    observed_at: signals.observedAt.toISOString(),
    checks,
  }
}

function worstOf(findings: Finding[]): HealthStatus {
  if (findings.some(({ stops }) => stops)) return 'down'
  return findings.some(({ check }) => check.status !== 'pass') ? 'degraded' : 'operational'
}

function summarize(status: HealthStatus, checks: Check[], queue: string): string {
  if (status === 'operational') return `The queue "${queue}" works: jobs are taken and finished.`
  const reasons = checks.filter((check) => check.status === 'fail')
  const told = reasons.length > 0 ? reasons : checks.filter((check) => check.status !== 'pass')
  const verdict = status === 'down' ? 'does not work' : 'works, with problems'
  return `The queue "${queue}" ${verdict}: ${told.map((check) => check.message).join(' ')}`
}
