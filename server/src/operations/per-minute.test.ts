import { expect, test } from 'vitest'
import { perMinute } from './per-minute.ts'

const MINUTE = 60_000
const noon = 1_700_000_000_000 - (1_700_000_000_000 % MINUTE)

test('the open minute and the four before it are counted, older ones are not', () => {
  const counts = { meta: { count: 111, prevTS: noon + 5000, prevCount: 100 }, data: [8, 0, 4, 2, 99] }
  expect(perMinute(counts, noon + 30_000)).toBe(Math.round(((11 + 8 + 0 + 4 + 2) / 4.5) * 100) / 100)
})

test('a queue that was busy long ago has a rate of zero', () => {
  const counts = { meta: { count: 111, prevTS: noon, prevCount: 100 }, data: [8, 9] }
  expect(perMinute(counts, noon + 60 * MINUTE)).toBe(0)
})

test('what happened three minutes ago still counts, at its own minute', () => {
  const counts = { meta: { count: 16, prevTS: noon, prevCount: 10 }, data: [5, 5, 5] }
  expect(perMinute(counts, noon + 3 * MINUTE)).toBe(Math.round(((6 + 5) / 4) * 100) / 100)
})

test('nobody counts', () => {
  expect(perMinute({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] }, noon)).toBeNull()
})
