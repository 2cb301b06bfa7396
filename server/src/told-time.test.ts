import { expect, test } from 'vitest'
import { toldTime } from './told-time.ts'

test('a time that no date has is told as the nearest that can be said', () => {
  expect(toldTime(1_790_000_000_123.75)).toBe('2026-09-21T14:13:20.123Z')
  expect([9e18, Infinity].map(toldTime)).toEqual(Array.from({ length: 2 }, () => '9999-12-31T23:59:59.999Z'))
  expect([-5e15, -Infinity].map(toldTime)).toEqual(Array.from({ length: 2 }, () => '0000-01-01T00:00:00.000Z'))
  expect(toldTime(Number.NaN)).toBe('1970-01-01T00:00:00.000Z')
})
