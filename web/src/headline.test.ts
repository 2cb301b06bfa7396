import type {
  HealthStatus,
  ProbeReason,
  ProbeResult,
  ProbeStatus,
  QueueSnapshot,
  StatusReport,
} from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { headline, tabTitle } from './headline.ts'
import { afterAnswer, afterMiss, afterWatch, nothingRead } from './reading.ts'

const report: StatusReport = {
  version: '0.1.0',
  health: {
    healthy: true,
    status: 'operational',
    summary: 'Jobs flow.',
    queue: 'exports',
    observed_at: '2026-11-23T12:00:00Z',
    checks: [],
  },
  queue: null,
  fleet: null,
  read_only: false,
  probe_results: [],
  board_url: '/admin/queues',
}
const noAnswer = { what: 'The server does not answer', detail: 'No connection.' }
const answered = afterAnswer(nothingRead, report, 0)

test('before the first answer the state is not known', () => {
  expect(headline(nothingRead)).toMatchObject({ tone: 'unknown', word: 'Loading' })
  expect(headline(afterMiss(nothingRead, noAnswer))).toMatchObject({ tone: 'unknown', word: 'No answer' })
})

test('an answer speaks for itself, also through one missed poll', () => {
  expect(headline(answered)).toEqual({ tone: 'operational', word: 'Operational', sentence: 'Jobs flow.' })
  expect(headline(afterMiss(answered, noAnswer))).toMatchObject({ tone: 'operational' })
})

test('after two missed polls nothing is green, and what was last known is said with its time', () => {
  const lost = headline(afterMiss(afterMiss(answered, noAnswer), noAnswer))
  expect(lost).toMatchObject({ tone: 'unknown', word: 'No answer' })
  expect(lost.sentence).toMatch(/^Last known at \d\d:\d\d:\d\d .*: operational\. Jobs flow\.$/)
})

const queueIn = (queue: string, status: QueueSnapshot['status']): QueueSnapshot => ({
  queue,
  status,
  reason: '',
  since: null,
  paused: false,
  counts: { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 },
  oldest_waiting_s: null,
  dead_letters_per_min: null,
  per_minute: null,
  consumers: null,
  consuming: null,
  last_success_at: null,
})

test.each([
  [[], '● down – exports'],
  [['exports', 'down'], '● down – exports'],
  [['exports', 'degraded', 'mail', 'down'], '● down – mail'],
  [['exports', 'operational', 'mail', 'down', 'webhooks', 'down'], '● down – 2 of 3 queues'],
  [['exports', 'down', 'mail', 'down'], '● down – 2 queues'],
] as const)('the tab says the state and of which queues it is: %j', (told, title) => {
  const queues = told.flatMap((name, at) => (at % 2 === 0 ? queueIn(name, told[at + 1] as HealthStatus) : []))
  const fleet = { sequence: '1', taken_at: report.health.observed_at, store_reachable: true, queues }
  const reading = afterAnswer(nothingRead, { ...report, fleet }, 0)
  expect(tabTitle({ tone: 'down', word: 'Down', sentence: '' }, reading)).toBe(title)
})

test('a tab without an answer names no queue', () =>
  expect(tabTitle(headline(nothingRead), nothingRead)).toBe('○ loading – queue status'))

describe('when the probe serves the page', () => {
  const run = (status: ProbeResult['status'], reason: ProbeReason | null): ProbeResult => ({
    schema: 2,
    time: '2026-11-23T12:00:00Z',
    target: 'exports',
    status,
    exit_code: 0,
    reason,
    message: 'exports: seen',
    failed_step: null,
    duration_ms: 1,
    steps: [],
    era: null,
    findings: [],
    certificate_expires_at: null,
    canary_ms: null,
    dead_letters: null,
    consumer_running: null,
    consumers: null,
    active: null,
    waiting: null,
  })
  const seen = (last: ProbeResult | null, more: Partial<ProbeStatus>): ProbeStatus => ({
    served_by: 'probe',
    version: '0.1.0',
    time: '2026-11-23T12:00:01Z',
    target: 'exports',
    targets: [
      {
        name: 'exports',
        interval_ms: 30_000,
        status: last?.status ?? 'unknown',
        since: null,
        last_result: last,
        last_pass_at: null,
        last_canary: null,
        incident: null,
        in_maintenance: false,
      },
    ],
    silence: null,
    report,
    ...more,
  })
  const said = (status: ProbeStatus) => headline(afterWatch(nothingRead, status, 0))
  const silence = { since: '2026-11-23T11:50:00Z', detail: 'connection refused' }

  test('a server that answers speaks for itself', () => {
    expect(said(seen(run('pass', null), {}))).toMatchObject({ tone: 'operational', sentence: 'Jobs flow.' })
  })

  test.each(['unhealthy', 'degraded', 'unreachable', 'own_fault'] as const)(
    'a run that was %s says no more than the report, which is fresher',
    (reason) => expect(said(seen(run('fail', reason), {}))).toMatchObject({ tone: 'operational' }),
  )

  test('what only a run can meet is worse than a report that is well', () => {
    const met = said(seen(run('fail', 'canary_failed'), {}))
    expect(met).toEqual({ tone: 'down', word: 'Down', sentence: 'The probe: exports: seen' })
    expect(said(seen(run('warn', 'tls_expiring'), {}))).toMatchObject({ tone: 'degraded', word: 'Degraded' })
  })

  test('a silent server is down, whatever was known of it', () => {
    const down = said(seen(run('pass', null), { silence }))
    expect(down).toMatchObject({ tone: 'down', word: 'Down' })
    expect(down.sentence).toMatch(/^The server does not answer\. Last known at .*: operational\.$/)
    expect(said(seen(null, { silence, report: null })).sentence).toBe('The server does not answer.')
  })

  test('a server of others is what the run says', () => {
    expect(said(seen(run('pass', null), { report: null }))).toMatchObject({ tone: 'operational', word: 'Operational' })
    expect(said(seen(run('unknown', 'own_fault'), { report: null }))).toMatchObject({ tone: 'unknown' })
    expect(said(seen(null, { report: null }))).toMatchObject({ tone: 'unknown', word: 'Loading' })
  })

  test('when the probe itself is not heard, nothing is known', () => {
    const reading = afterMiss(afterMiss(afterWatch(nothingRead, seen(run('pass', null), {}), 0), noAnswer), noAnswer)
    expect(headline(reading)).toMatchObject({ tone: 'unknown', word: 'No answer' })
  })
})
