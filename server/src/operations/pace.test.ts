import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

/** Lets go what is due at each of these times and gives when the last of `count` went. */
function run(perS: number, count: number, everyMs: number): number {
  const pace = new Pace(perS, 0)
  let left = count
  for (let now = 0; ; now += everyMs) {
    const going = Math.min(pace.due(now), left)
    pace.took(going)
    left -= going
    if (left === 0) return now
  }
}

test('a rate is kept to the end, whatever the size of the steps', () => {
  for (const [perS, everyMs] of [
    [200, 50],
    [200, 7],
    [1000, 50],
    [7, 50],
    [0.5, 50],
  ] as const) {
    const count = Math.ceil(perS * 100)
    const expected = (count / perS) * 1000
    expect(run(perS, count, everyMs)).toBeGreaterThanOrEqual(expected - 1)
    expect(run(perS, count, everyMs)).toBeLessThanOrEqual(expected + everyMs + 1)
  }
})

test('what was not used in a long pause is not made up for', () => {
  const pace = new Pace(200, 0)
  expect(pace.due(60_000)).toBe(200)
})

test('the next one goes when its time has come', () => {
  const pace = new Pace(0.5, 0)
  expect(pace.due(1000)).toBe(0)
  expect(pace.waitMs()).toBe(1000)
  expect(pace.due(2000)).toBe(1)
  pace.took(1)
  expect(pace.waitMs()).toBe(2000)
})
