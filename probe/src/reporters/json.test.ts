import { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { jsonLine } from './json.ts'

test('a line is one JSON object, exactly the result', () => {
  const result: ProbeResult = {
    schema: 2,
    time: '2026-11-23T04:20:36.000Z',
    target: 'http://127.0.0.1:3000/mcp',
    status: 'fail',
    exit_code: 2,
    reason: 'unreachable',
    message: 'two\nlines',
    failed_step: 'handshake',
    duration_ms: 1.5,
    steps: [{ name: 'handshake', ok: false, duration_ms: 1.5 }],
    era: null,
    findings: [],
    certificate_expires_at: null,
    canary_ms: null,
    dead_letters: null,
    consumer_running: null,
    consumers: null,
    active: null,
    waiting: null,
  }
  const line = jsonLine(result)
  expect(line).not.toContain('\n')
  expect(ProbeResult.strict().parse(JSON.parse(line))).toEqual(result)
})
