import type { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { nagiosLine, nagiosSummary } from './nagios.ts'

const result: ProbeResult = {
  schema: 2,
  time: '2026-11-23T04:20:36.000Z',
  target: 'exports',
  status: 'pass',
  exit_code: 0,
  reason: null,
  message: 'exports: operational, 0 dead letters, 1 consumer',
  failed_step: null,
  duration_ms: 214,
  steps: [
    { name: 'connect', ok: true, duration_ms: 1.2 },
    { name: 'health_check', ok: true, duration_ms: 0.04 },
  ],
  era: 'modern',
  findings: [],
  certificate_expires_at: '2026-11-24T04:20:36.000Z',
  canary_ms: 41_200,
  dead_letters: 12,
  consumer_running: true,
  consumers: 1,
  active: 0,
  waiting: null,
}

/** What the guidelines of monitoring plugins allow as perfdata. */
const perfdata = /^('[^'=]+'=-?\d+(\.\d+)?(us|ms|s|%|[KMGT]?B|c)?(;[\d.:~@]*){0,4}( |$))*$/

test('a line has the word, the message and the values in plain decimals', () => {
  const line = nagiosLine(result)
  expect(line).toBe(
    "QUEUE OK: exports: operational, 0 dead letters, 1 consumer | 'duration'=0.214s;;;0 'step_connect'=0.0012s;;;0 'step_health_check'=0s;;;0 'canary'=41.2s;;;0 'certificate_left'=86400s 'dead_letters'=12;;;0 'consumers'=1;;;0 'active'=0;;;0",
  )
  expect(line.split(' | ')[1]).toMatch(perfdata)
})

test('a bar in the message would begin the values and is none', () => {
  const line = nagiosLine({ ...result, status: 'fail', message: 'a | b' })
  expect(line).toMatch(/^QUEUE CRITICAL: a \/ b \| /)
})

test('several targets are one line, the worst first', () => {
  const targets: ProbeResult[] = [
    result,
    { ...result, target: "it's", status: 'warn', exit_code: 1, message: 'slow' },
    { ...result, target: 'mail', status: 'fail', exit_code: 2, message: 'dead' },
  ]
  const line = nagiosSummary(targets)
  expect(line).toMatch(/^QUEUE CRITICAL: 1 of 3 targets ok; mail: dead; it's: slow \| 'exports duration'=0\.214s;;;0 /)
  expect(line.split(' | ')[1]).toMatch(perfdata)
})
