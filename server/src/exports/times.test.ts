import { expect, test } from 'vitest'
import { laterDay, readDate, readMoment, readTime } from './times.ts'

test('dates are days of the calendar', () => {
  for (const date of ['2024-02-29', '2026-01-31', '0001-01-01', '9999-12-31', '2000-02-29'])
    expect(readDate(date)).toBe(date)
  for (const none of [
    '2023-02-29',
    '1900-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '0000-01-01',
    '26-01-31',
    '2026-1-31',
    '2026-01-31 ',
    '2026-01-31T00:00:00',
    '+002026-01-31',
    '',
  ])
    expect([none, readDate(none)]).toEqual([none, null])
})

test('times of day have minutes, and say no more of a second than they must', () => {
  const times = {
    '09:30': '09:30:00',
    '09:30:05': '09:30:05',
    '23:59:59.120': '23:59:59.12',
    '00:00:00.000': '00:00:00',
    '00:00:00.000000001': '00:00:00.000000001',
  }
  for (const [given, time] of Object.entries(times)) expect(readTime(given)).toBe(time)
  for (const none of ['24:00', '9:30', '09:60', '09:30:60', '09:30:', '09:30:00.', '09:30Z', '09:30:00.0000000001'])
    expect([none, readTime(none)]).toEqual([none, null])
})

test('moments with a zone are put into UTC, over the end of a day, a month and a year', () => {
  const moments = {
    '2026-01-31T09:30:00Z': '2026-01-31T09:30:00',
    '2026-01-31t09:30z': '2026-01-31T09:30:00',
    '2026-01-31 09:30:00.500+01:00': '2026-01-31T08:30:00.5',
    '2026-01-01T00:30:00+02': '2025-12-31T22:30:00',
    '2024-02-28T23:30:00-0130': '2024-02-29T01:00:00',
    '2026-01-31 09:30:00 +00:00': '2026-01-31T09:30:00',
    '2026-06-30T20:00:00-05:30': '2026-07-01T01:30:00',
  }
  for (const [given, text] of Object.entries(moments)) expect(readMoment(given)).toEqual({ text, hasZone: true })
  expect(readMoment('2026-01-31 09:30')).toEqual({ text: '2026-01-31T09:30:00', hasZone: false })
})

test('what is no moment is none', () => {
  for (const none of [
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:30:00+25:00',
    '2026-01-31T09:30:00+01:60',
    '2026-01-31T09:30:00 Europe/Amsterdam',
    '2026-01-31T9:30:00Z',
    '2026-01-31T09Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '1706700000',
    'now',
  ])
    expect([none, readMoment(none)]).toEqual([none, null])
})

test('days before and behind sort as text, also at the ends of the calendar', () => {
  expect(laterDay('2024-02-28', 1)).toBe('2024-02-29')
  expect(laterDay('2026-01-01', -1)).toBe('2025-12-31')
  expect(laterDay('0001-01-01', -1) < '0001-01-01').toBe(true)
  expect(laterDay('9999-12-31', 2) > '9999-12-31').toBe(true)
})
