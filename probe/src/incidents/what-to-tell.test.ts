import type { Incident } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { whatToTell, type Moment, type Told } from './what-to-tell.ts'

const open: Incident = {
  id: '1',
  target: 'exports',
  severity: 'fail',
  reason: 'unreachable',
  message: 'connection refused',
  flapping: false,
  opened_at: '2026-11-24T00:00:00.000Z',
  closed_at: null,
}
const mild: Incident = { ...open, severity: 'warn' }
const over: Incident = { ...open, closed_at: '2026-11-24T00:05:00.000Z' }
const people = { minSeverity: 'warn', refreshMs: null } as const
const machine = { minSeverity: 'warn', refreshMs: 60_000 } as const
const told = (ago: number, more: Partial<Told> = {}): Told => ({ at: -ago, severity: 'fail', flapping: false, ...more })
const day: Moment = { now: 0, isMaintenance: false, reminderMs: 3_600_000 }
const night: Moment = { ...day, isMaintenance: true }

describe('outside of maintenance', () => {
  test.each([
    ['what is new is told', open, null, people, day, 'fail'],
    ['what was told is not told again', open, told(1000), people, day, null],
    ['what got worse is told', open, told(1000, { severity: 'warn' }), people, day, 'worse'],
    ['what flaps is told', { ...open, flapping: true }, told(1000), people, day, 'flapping'],
    ['that only once', { ...open, flapping: true }, told(1000, { flapping: true }), people, day, null],
    ['after the reminder time it is told again', open, told(3_600_000), people, day, 'reminder'],
    ['unless reminders are off', open, told(1e9), people, { ...day, reminderMs: null }, null],
    ['the end is told', over, told(1000), people, day, 'resolve'],
    ['but not of what was never told', over, null, people, day, null],
    ['a machine is told again and again', open, told(60_000), machine, day, 'refresh'],
    ['and needs no reminders', open, told(59_999), { ...machine, refreshMs: 1e9 }, { ...day, reminderMs: 1 }, null],
    ['who wants only failures is not told of warnings', mild, null, { ...people, minSeverity: 'fail' }, day, null],
    ['but when it becomes one', open, null, { ...people, minSeverity: 'fail' }, day, 'fail'],
  ] as const)('%s', (_, incident, before, wishes, moment, kind) =>
    expect(whatToTell(incident, before, wishes, moment)).toBe(kind),
  )
})

describe('in maintenance', () => {
  test.each([
    ['nothing new is told', open, null, people, null],
    ['nothing worse', open, told(1000, { severity: 'warn' }), people, null],
    ['no reminder', open, told(1e9), people, null],
    ['the end of what was told is', over, told(1000), people, 'resolve'],
    ['a machine does not forget what it was told', open, told(60_000), machine, 'refresh'],
  ] as const)('%s', (_, incident, before, wishes, kind) =>
    expect(whatToTell(incident, before, wishes, night)).toBe(kind),
  )
})
