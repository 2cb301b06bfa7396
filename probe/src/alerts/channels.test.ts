import type { ProbeAlert } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { AlertChannels } from './list.ts'

const alert: ProbeAlert = {
  schema: 1,
  event: 'fail',
  dedup_key: 'queue-ops-probe-1',
  incident_id: 'i1',
  target: 'exports',
  severity: 'fail',
  reason: 'unhealthy',
  message: 'no consumer',
  flapping: false,
  time: '2026-11-24T12:05:00.000Z',
  started_at: '2026-11-24T12:00:00.000Z',
  resolved_at: null,
  duration_s: 300,
  failed_step: 'health_check',
  findings: [{ queue: 'exports', name: 'worker_running', status: 'fail', message: 'none' }],
}
const over: ProbeAlert = { ...alert, event: 'resolve', resolved_at: '2026-11-24T12:05:00.000Z' }
const now = new Date('2026-11-24T12:06:00.000Z')

async function requestOf(settings: object, of: ProbeAlert) {
  const [channel] = AlertChannels.parse([settings])
  if (channel === undefined) throw new Error('no channel')
  const { body, ...rest } = await channel.request(of, { id: 'd1', now })
  return { ...rest, body: JSON.parse(body) as unknown }
}

const evil = '<!channel> <https://evil.test|click> & \u202Ehi\n'.repeat(100)

describe('slack', () => {
  const slack = (of: ProbeAlert) => requestOf({ type: 'slack', url: 'https://hooks.test/T/B' }, of)

  test('one line, and the rest in fields', async () => {
    expect((await slack(over)).body).toMatchObject({
      text: 'RESOLVED exports after 5 min: it was: no consumer',
      unfurl_links: false,
      blocks: [
        { type: 'section', text: { type: 'plain_text' } },
        { type: 'section', fields: { length: 4 } },
      ],
    })
    expect((await slack({ ...alert, severity: 'warn' })).body).toMatchObject({ text: 'DEGRADED exports: no consumer' })
    expect((await slack({ ...alert, event: 'reminder' })).body).toMatchObject({
      text: 'STILL FAILING exports for 5 min: no consumer',
    })
  })

  test('text from a target calls nobody, makes no link and is cut', async () => {
    const { body } = await slack({ ...alert, message: evil, target: evil })
    const { text, blocks } = body as { text: string; blocks: { text?: { type: string; text: string } }[] }
    expect(text).toMatch(/^FAILING &lt;!channel&gt; &lt;https:/)
    expect(text).not.toMatch(/[<>\n\u202E]/)
    expect(text.length).toBeLessThan(1000)
    expect(blocks[0]?.text?.type).toBe('plain_text')
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn')
    expect(JSON.stringify(body).length).toBeLessThan(3000)
  })
})

describe('pagerduty', () => {
  const settings = { type: 'pagerduty', routing_key: 'R', severity: { warn: 'info' } }

  test('triggers and resolves by the same key', async () => {
    expect(await requestOf(settings, alert)).toMatchObject({
      url: 'https://events.pagerduty.com/v2/enqueue',
      body: {
        routing_key: 'R',
        event_action: 'trigger',
        dedup_key: 'queue-ops-probe-1',
        payload: {
          summary: 'FAILING exports: no consumer',
          source: 'exports',
          severity: 'critical',
          class: 'unhealthy',
        },
      },
    })
    expect((await requestOf(settings, over)).body).toMatchObject({
      event_action: 'resolve',
      dedup_key: 'queue-ops-probe-1',
    })
  })

  test.each(['worse', 'flapping', 'reminder'] as const)('%s triggers once more', async (event) =>
    expect((await requestOf(settings, { ...alert, event })).body).toMatchObject({ event_action: 'trigger' }),
  )

  test('severities can be mapped, and a summary has at most 1024 characters', async () => {
    const { body } = await requestOf(settings, { ...alert, severity: 'warn', message: 'x'.repeat(5000) })
    const { payload } = body as { payload: { severity: string; summary: string } }
    expect(payload.severity).toBe('info')
    expect(payload.summary).toHaveLength(1024)
  })
})

describe('alertmanager', () => {
  const settings = { type: 'alertmanager', url: 'http://am.test:9093/prefix/', bearer: 't', labels: { team: 'a' } }

  test('what is there lasts for minutes, what is over has ended', async () => {
    const firing = await requestOf(settings, alert)
    expect(firing).toMatchObject({
      url: 'http://am.test:9093/prefix/api/v2/alerts',
      headers: { authorization: 'Bearer t' },
      body: [{ startsAt: alert.started_at, endsAt: '2026-11-24T12:11:00.000Z' }],
    })
    const resolved = await requestOf(settings, over)
    expect(resolved.body).toMatchObject([{ startsAt: alert.started_at, endsAt: over.resolved_at }])
    const labels = [firing, resolved].map(({ body }) => (body as { labels: unknown }[])[0]?.labels)
    expect(labels[0]).toEqual({ team: 'a', alertname: 'QueueProbeIncident', target: 'exports', severity: 'critical' })
    expect(labels[1]).toEqual(labels[0])
  })

  test('what got worse ends what was milder', async () => {
    expect((await requestOf(settings, { ...alert, event: 'worse' })).body).toMatchObject([
      { labels: { severity: 'critical' }, endsAt: '2026-11-24T12:11:00.000Z' },
      { labels: { severity: 'warning' }, endsAt: now.toISOString() },
    ])
  })
})

test('a file with a secret that is missing is named, an address that is none is not', async () => {
  const missing = requestOf({ type: 'webhook', url: 'http://a.test/', hmac_secret_file: '/nowhere/key' }, alert)
  await expect(missing).rejects.toThrow('the file /nowhere/key cannot be read (ENOENT)')
  const wrong = requestOf({ type: 'slack', url: 'geheim' }, alert)
  await expect(wrong).rejects.toThrow('its address is no http:// or https:// URL')
})
