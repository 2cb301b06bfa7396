import type { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'
import { channel, shared } from './channel.ts'
import { oneOf, readSecret, secretKeys, secretOf } from './secret.ts'
import { headline } from './sentences.ts'

/** Alertmanager forgets what it is not told again (`resolve_timeout`, or `endsAt`). */
const REFRESH_MS = 60_000
/** So long it remembers: a restart of the probe is no end of an incident. */
const REMEMBERED_MS = 5 * REFRESH_MS

/** Alerts by Alertmanager's API v2. Who is told, and how often, is decided there. */
export const alertmanager = z
  .strictObject({
    type: z.literal('alertmanager'),
    ...shared,
    url: z.url({ protocol: /^https?$/ }),
    ...secretKeys('bearer'),
    labels: z.record(z.string().regex(/^[a-zA-Z_]\w*$/, 'is no name of a label'), z.string()).default({}),
    severity: z
      .strictObject({ warn: z.string().default('warning'), fail: z.string().default('critical') })
      .prefault({}),
  })
  .refine(...oneOf('bearer', 'optional'))
  .transform((settings) => {
    const bearer = secretOf(settings, 'bearer')
    const url = `${settings.url.replace(/\/+$/, '')}/api/v2/alerts`
    const as = (alert: ProbeAlert, severity: ProbeAlert['severity'], endsAt: string) => ({
      labels: {
        ...settings.labels,
        alertname: 'QueueProbeIncident',
        target: alert.target,
        severity: settings.severity[severity],
      },
      annotations: { summary: headline(alert, 400), description: alert.message, reason: alert.reason },
      startsAt: alert.started_at,
      endsAt,
    })
    return channel(
      settings,
      async (alert, { now }) => {
        const headers: Record<string, string> = { 'content-type': 'application/json' }
        if (bearer !== null) headers['authorization'] = `Bearer ${await readSecret(bearer)}`
        const lasting = new Date(now.getTime() + REMEMBERED_MS).toISOString()
        const alerts = [as(alert, alert.severity, alert.resolved_at ?? lasting)]
        // Its labels are what an alert is there: a worse one is another one.
        if (alert.event === 'worse') alerts.push(as(alert, 'warn', now.toISOString()))
        return { url, headers, body: JSON.stringify(alerts) }
      },
      REFRESH_MS,
    )
  })
