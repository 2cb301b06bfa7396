import { expect, test } from 'vitest'
import { clockTime, dateAndTime } from './instant.ts'

test('a time of day names its zone', () => {
  expect(clockTime('2026-11-23T00:02:11.400Z', 'UTC')).toBe('00:02:11 UTC')
})

test('a date spells its month, so that nobody reads it the other way round', () => {
  expect(dateAndTime('2026-02-03T23:30:00Z', 'Asia/Tokyo')).toBe('4 Feb 2026, 08:30:00 GMT+9')
})
