import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoopDelay } from './loop-delay.ts'

const HOLD_MS = 400

function hold() {
  const until = performance.now() + HOLD_MS
  while (performance.now() < until);
}

test('a loop that was held is told once, whether or not it has had a turn since', async () => {
  using delay = new LoopDelay()
  hold()
  expect(delay.takeLongestMs()).toBeGreaterThanOrEqual(HOLD_MS - 100)
  expect(delay.takeLongestMs()).toBeLessThan(HOLD_MS - 100)
  hold()
  await nextTurn()
  await nextTurn()
  expect(delay.takeLongestMs()).toBeGreaterThanOrEqual(HOLD_MS - 100)
})
