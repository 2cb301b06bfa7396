import type { CheckStatus, ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { isProbeStale, probeSummary } from './probe-history.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const result = (secondsAgo: number, status: CheckStatus = 'pass'): ProbeResult => ({
  schema: 2,
  time: new Date(now - secondsAgo * 1000).toISOString(),
  target: 'http://127.0.0.1:3000/mcp',
  status,
  exit_code: status === 'pass' ? 0 : 2,
  reason: status === 'pass' ? null : 'unhealthy',
  message: 'Fine.',
  failed_step: null,
  duration_ms: 40,
  steps: [],
  era: null,
  findings: [],
  certificate_expires_at: null,
  canary_ms: null,
  dead_letters: 0,
  consumer_running: true,
  consumers: 1,
  active: 0,
  waiting: 0,
})

test('a probe that last reported more than three minutes ago is stale', () => {
  expect(isProbeStale([result(180)], now)).toBe(false)
  expect(isProbeStale([result(181), result(240)], now)).toBe(true)
  expect(isProbeStale([], now)).toBe(false)
})

test('the summary counts what happened and says over how long', () => {
  expect(probeSummary([result(10), result(40, 'fail'), result(1800)], now)).toBe(
    '3 runs in the last 30 min: 2 pass, 1 fail.',
  )
  expect(probeSummary([result(5, 'warn')], now)).toBe('1 run in the last 5 s: 1 warn.')
})
