import type { ProbeResult } from '@queue-ops/server/contract'

/** For tests: a run that passed and has seen nothing of the queue, but for what is given. */
export const exampleResult = (given: Partial<ProbeResult> = {}): ProbeResult => ({
  schema: 2,
  time: '2026-11-23T04:20:36.000Z',
  target: 'http://127.0.0.1:3000/mcp',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: 'fine',
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
  ...given,
})
