import type { Check, HealthReport } from '../contract.ts'
import { version } from '../version.ts'

/** draft-inadarei-api-health-check-06: expired, yet what monitors that know any format know. */
export const HEALTH_JSON = 'application/health+json'

interface HealthJson {
  status: 'pass' | 'warn' | 'fail'
  version: string
  serviceId: string
  description: string
  output?: string
  checks: Record<string, HealthJsonCheck[]>
}

interface HealthJsonCheck {
  componentId: string
  componentType: 'datastore' | 'component'
  observedValue?: number | null
  observedUnit?: string
  status: Check['status']
  time: string
  output?: string
}

/** A report in the words of the draft. A check is keyed by its queue and its name; `unknown` is a status of ours. */
export function healthJson(report: HealthReport): HealthJson {
  const told = report.checks.map((check) => [report.queue, check] as const)
  const further = (report.queues ?? []).flatMap(({ queue, checks }) => checks.map((check) => [queue, check] as const))
  return {
    status: report.healthy ? (report.status === 'operational' ? 'pass' : 'warn') : 'fail',
    version,
    serviceId: 'queue-ops',
    description: `Health of the queue "${report.queue}"`,
    ...(report.status !== 'operational' && { output: report.summary }),
    checks: Object.fromEntries(
      [...told, ...further].map(([queue, check]) => [
        `${queue}:${check.name}`,
        [entry(queue, check, report.observed_at)],
      ]),
    ),
  }
}

function entry(queue: string, check: Check, time: string): HealthJsonCheck {
  const isStore = /^(?:store_|queue_(?:redis|sqlite|postgres)$)/.test(check.name)
  return {
    componentId: queue,
    componentType: isStore ? 'datastore' : 'component',
    ...(check.value !== undefined && { observedValue: check.value }),
    ...(check.unit !== undefined && { observedUnit: check.unit }),
    status: check.status,
    time,
    // The draft has no output for a check that passes.
    ...(check.status !== 'pass' && { output: check.action ? `${check.message} ${check.action}` : check.message }),
  }
}
