import type { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'
import { channel, shared } from './channel.ts'
import { oneOf, readSecret, secretKeys, secretOf } from './secret.ts'
import { headline } from './sentences.ts'

const Severity = z.enum(['critical', 'error', 'warning', 'info'])

/** An event of PagerDuty's Events API v2: `trigger`, with the same key again while it lasts, and `resolve`. */
export const pagerduty = z
  .strictObject({
    type: z.literal('pagerduty'),
    ...shared,
    ...secretKeys('routing_key'),
    /** Other regions have another one. */
    url: z.url({ protocol: /^https?$/ }).default('https://events.pagerduty.com/v2/enqueue'),
    severity: z.strictObject({ warn: Severity.default('warning'), fail: Severity.default('critical') }).prefault({}),
  })
  .refine(...oneOf('routing_key', 'required'))
  .transform((settings) => {
    const key = secretOf(settings, 'routing_key') ?? { value: '' }
    return channel(settings, async (alert) => {
      const body = JSON.stringify({
        routing_key: await readSecret(key),
        event_action: alert.event === 'resolve' ? 'resolve' : 'trigger',
        dedup_key: alert.dedup_key,
        payload: payload(alert, settings.severity[alert.severity]),
      })
      return { url: settings.url, headers: { 'content-type': 'application/json' }, body }
    })
  })

/** PagerDuty's limit of a summary. */
const MAX_SUMMARY = 1024

function payload(alert: ProbeAlert, severity: z.infer<typeof Severity>) {
  const { target, reason, started_at, incident_id, failed_step, findings } = alert
  return {
    summary: headline(alert, MAX_SUMMARY),
    source: target,
    severity,
    timestamp: alert.time,
    component: target,
    class: reason,
    custom_details: { incident_id, event: alert.event, started_at, failed_step, findings },
  }
}
