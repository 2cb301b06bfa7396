import { describe, expect, test } from 'vitest'
import { inMaintenance, type MaintenanceWindow } from './maintenance.ts'

const isIn = (window: MaintenanceWindow, iso: string) => inMaintenance([window], new Date(iso))
const HOUR = 3_600_000

test('no window is no maintenance', () => {
  expect(inMaintenance([], new Date())).toBe(false)
})

test('a window from a moment to another, the end is outside', () => {
  const window: MaintenanceWindow = {
    kind: 'once',
    from: new Date('2026-12-01T02:00:00Z'),
    until: new Date('2026-12-01T04:00:00Z'),
  }
  expect(isIn(window, '2026-12-01T01:59:59Z')).toBe(false)
  expect(isIn(window, '2026-12-01T02:00:00Z')).toBe(true)
  expect(isIn(window, '2026-12-01T04:00:00Z')).toBe(false)
})

describe('a weekly window', () => {
  const sunday: MaintenanceWindow = {
    kind: 'weekly',
    days: [0],
    startMinute: 23 * 60,
    durationMs: 3 * HOUR,
    timeZone: 'Europe/Amsterdam',
  }

  test('is in the time of its zone and goes on over midnight', () => {
    // 2026-12-06 is a Sunday; Amsterdam is an hour ahead of UTC in winter.
    expect(isIn(sunday, '2026-12-06T21:59:59Z')).toBe(false)
    expect(isIn(sunday, '2026-12-06T22:00:00Z')).toBe(true)
    expect(isIn(sunday, '2026-12-07T00:59:59Z')).toBe(true)
    expect(isIn(sunday, '2026-12-07T01:00:00Z')).toBe(false)
  })

  test('is not on other days', () => {
    expect(isIn(sunday, '2026-12-05T22:30:00Z')).toBe(false)
    expect(isIn(sunday, '2026-12-07T22:30:00Z')).toBe(false)
  })

  test('lasts its length in real time when the clock is changed in it', () => {
    // On 2027-03-28 Amsterdam goes from 02:00 to 03:00, which is 01:00 UTC.
    const night: MaintenanceWindow = { ...sunday, startMinute: 60, durationMs: 2 * HOUR }
    expect(isIn(night, '2027-03-27T23:59:59Z')).toBe(false)
    expect(isIn(night, '2027-03-28T00:00:00Z')).toBe(true)
    expect(isIn(night, '2027-03-28T01:59:59Z')).toBe(true)
    expect(isIn(night, '2027-03-28T02:00:00Z')).toBe(false)
    // And a day later than usual by the clock of the wall: back on 2026-10-25.
    expect(isIn(night, '2026-10-24T23:00:00Z')).toBe(true)
    expect(isIn(night, '2026-10-25T00:59:59Z')).toBe(true)
    expect(isIn(night, '2026-10-25T01:00:00Z')).toBe(false)
  })

  test('has no hole after a day of 23 or 25 hours', () => {
    const late: MaintenanceWindow = { ...sunday, startMinute: 23 * 60 + 30, durationMs: 2 * HOUR }
    for (const [begin, end] of [
      ['2027-03-28T21:30:00Z', '2027-03-28T23:30:00Z'],
      ['2026-10-25T22:30:00Z', '2026-10-26T00:30:00Z'],
    ] as const) {
      const [from, to] = [Date.parse(begin), Date.parse(end)]
      for (let at = from - 4 * HOUR; at < to + 4 * HOUR; at += 5 * 60_000) {
        expect([at, inMaintenance([late], new Date(at))]).toEqual([at, at >= from && at < to])
      }
    }
  })

  test('that begins at a time that does not exist begins later, at one that is there twice the first time', () => {
    const night: MaintenanceWindow = { ...sunday, startMinute: 150, durationMs: HOUR }
    expect(isIn(night, '2027-03-28T01:29:59Z')).toBe(false)
    expect(isIn(night, '2027-03-28T01:30:00Z')).toBe(true)
    expect(isIn(night, '2027-03-28T02:29:59Z')).toBe(true)
    expect(isIn(night, '2027-03-28T02:30:00Z')).toBe(false)
    expect(isIn(night, '2026-10-25T00:29:59Z')).toBe(false)
    expect(isIn(night, '2026-10-25T00:30:00Z')).toBe(true)
    expect(isIn(night, '2026-10-25T01:29:59Z')).toBe(true)
    expect(isIn(night, '2026-10-25T01:30:00Z')).toBe(false)
  })

  test('of several days covers every moment of them', () => {
    const long: MaintenanceWindow = {
      ...sunday,
      days: [5],
      startMinute: 18 * 60,
      durationMs: 60 * HOUR,
      timeZone: 'UTC',
    }
    // From Friday 18:00 to Monday 06:00.
    expect(isIn(long, '2026-12-04T17:59:00Z')).toBe(false)
    for (const day of ['04T18:00', '05T12:00', '06T23:59', '07T05:59']) {
      expect(isIn(long, `2026-12-${day}:00Z`)).toBe(true)
    }
    expect(isIn(long, '2026-12-07T06:00:00Z')).toBe(false)
  })
})
