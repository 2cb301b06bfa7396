import type { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { textLine } from './text.ts'

const result: ProbeResult = {
  schema: 2,
  time: '2026-11-23T04:20:36.000Z',
  target: 'http://127.0.0.1:3000/mcp',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: 'exports: operational, 0 dead letters, 1 consumer',
  failed_step: null,
  duration_ms: 12.3,
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
}

test('a line is the word of the status, the message and the duration', () => {
  expect(textLine(result)).toBe('OK exports: operational, 0 dead letters, 1 consumer (12 ms)')
})

test('each status has its word', () => {
  const lines = (['warn', 'fail', 'unknown'] as const).map((status) => textLine({ ...result, status, message: 'm' }))
  expect(lines).toEqual(['WARNING m (12 ms)', 'CRITICAL m (12 ms)', 'UNKNOWN m (12 ms)'])
})
