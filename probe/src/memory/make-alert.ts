import type { Incident, ProbeAlert, ProbeResult } from '@queue-ops/server/contract'
import { createHash } from 'node:crypto'

/** What there is to tell of an incident. `last` is the last result of its target. */
export function makeAlert(
  event: ProbeAlert['event'],
  incident: Incident,
  last: ProbeResult | null,
  now: Date,
): ProbeAlert {
  const { id, target, severity, reason, message, flapping, opened_at, closed_at } = incident
  const end = closed_at === null ? now.getTime() : Date.parse(closed_at)
  return {
    schema: 1,
    event,
    dedup_key: dedupKey(target),
    incident_id: id,
    target,
    severity,
    reason,
    message,
    flapping,
    time: now.toISOString(),
    started_at: opened_at,
    resolved_at: closed_at,
    duration_s: Math.max(0, Math.round((end - Date.parse(opened_at)) / 1e3)),
    failed_step: last?.failed_step ?? null,
    findings: last?.findings ?? [],
  }
}

/** Of the target alone: two probes that watch the same one tell of one incident. PagerDuty takes 255 characters. */
export function dedupKey(target: string): string {
  return `queue-ops-probe-${createHash('sha256').update(target).digest('hex').slice(0, 32)}`
}
