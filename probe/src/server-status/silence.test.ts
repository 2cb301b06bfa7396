import type { Incident, ProbeReason, ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { exampleResult } from '../example-result.ts'
import { isSilent, silentSince } from './silence.ts'

const at = (minute: number) => `2026-11-24T10:${String(minute).padStart(2, '0')}:00.000Z`

function run(minute: number, reason: ProbeReason | null, step: ProbeResult['failed_step']): ProbeResult {
  return exampleResult({
    time: at(minute),
    target: 'exports',
    status: reason === null ? 'pass' : 'fail',
    exit_code: reason === null ? 0 : 2,
    reason,
    message: '',
    failed_step: step,
  })
}

const well = (minute: number) => run(minute, null, null)
const away = (minute: number) => run(minute, 'unreachable', 'connect')
const incident = (minute: number, reason: ProbeReason): Incident => ({
  id: 'i',
  target: 'exports',
  severity: 'fail',
  reason,
  message: '',
  flapping: false,
  opened_at: at(minute),
  closed_at: null,
})

test('who answers something wrong, or nothing to a later question, is not silent', () => {
  expect(isSilent(away(1))).toBe(true)
  expect(isSilent(run(1, 'timeout', 'handshake'))).toBe(true)
  expect(isSilent(run(1, 'timeout', 'health_check'))).toBe(false)
  expect(isSilent(run(1, 'not_mcp', 'handshake'))).toBe(false)
  expect(isSilent(well(1))).toBe(false)
})

test('the silence began with the first silent run after the last that was answered', () => {
  expect(silentSince([away(4), away(3), well(2), away(1)], null)).toBe(at(3))
  expect(silentSince([away(4)], null)).toBe(at(4))
  expect(silentSince([well(4), away(3)], null)).toBeNull()
  expect(silentSince([], incident(1, 'unreachable'))).toBeNull()
})

test('when the runs that are kept do not reach back so far, the open incident does', () => {
  expect(silentSince([away(9), away(8)], incident(2, 'unreachable'))).toBe(at(2))
  expect(silentSince([away(9), away(8)], incident(2, 'unhealthy'))).toBe(at(8))
  expect(silentSince([away(9), well(8)], incident(2, 'unreachable'))).toBe(at(9))
})
