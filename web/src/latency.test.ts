import type { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { latencyInWords } from './latency.ts'

const run = (ms: number, ok = true): ProbeResult => ({
  schema: 2,
  time: '2026-11-24T12:00:00.000Z',
  target: 'exports',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: '',
  failed_step: null,
  duration_ms: 10 * ms,
  steps: [
    { name: 'connect', ok: true, duration_ms: 1 },
    { name: 'health_check', ok, duration_ms: ms },
  ],
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

test('half of the runs were answered within p50, 95 of 100 within p95', () => {
  const runs = Array.from({ length: 100 }, (_, i) => run(100 - i))
  expect(latencyInWords(runs)).toBe('health_check p50 50 ms, p95 95 ms')
  expect(latencyInWords([run(1234)])).toBe('health_check p50 1.2 s, p95 1.2 s')
})

test('runs without an answer have no latency', () => {
  expect(latencyInWords([run(5000, false), run(7)])).toBe('health_check p50 7 ms, p95 7 ms')
  expect(latencyInWords([run(5000, false)])).toBeNull()
  expect(latencyInWords([])).toBeNull()
})
