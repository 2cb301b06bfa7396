import { describe, expect, test } from 'vitest'
import { ago, span, took } from './age.ts'

describe('a length of time in words', () => {
  test.each([
    [-3, '0 s'],
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [86_400, '1 d'],
    [187_200, '2 d 4 h'],
  ])('%d seconds are %s', (seconds, words) => expect(span(seconds)).toBe(words))
})

describe('the age of an instant', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')

  test('counts from the instant to now', () => expect(ago('2026-11-23T11:59:57Z', now)).toBe('3 s ago'))
  test('is now below a second', () => expect(ago('2026-11-23T11:59:59.500Z', now)).toBe('now'))
  test('is now for an instant in the future', () => expect(ago('2026-11-23T12:00:09Z', now)).toBe('now'))
})

test('a duration is in milliseconds below a second and in seconds from there', () => {
  expect([took(0.4), took(38.2), took(1000), took(4012)]).toEqual(['0 ms', '38 ms', '1.0 s', '4.0 s'])
})
