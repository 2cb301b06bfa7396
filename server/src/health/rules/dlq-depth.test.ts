import { expect, test } from 'vitest'
import { example, NOW, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { dlqDepth } from './dlq-depth.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = dlqDepth(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const levels: [number, string][] = [
  [0, 'pass'],
  [1, 'warn'],
  [49, 'warn'],
  [50, 'fail'],
]
for (const [failed, status] of levels) {
  test(`${failed} dead letters at a limit of 50: ${status}, paused or not`, () => {
    expect(check({ jobs: { failed } })).toMatchObject({ status, count: failed, limit: 50, stops: false })
    expect(check({ jobs: { failed }, paused: true })).toMatchObject({ status })
  })
}

test('it says from when the oldest and the newest are', () => {
  const deadLetters = { oldestAt: NOW - 7_200_000, newestAt: NOW - 40_000, inFiveMinutes: 1 }
  expect(check({ jobs: { failed: 3 }, facts: { deadLetters } })?.message).toBe(
    '3 dead letters (limit 50), the oldest from 2 h ago, the newest from 40 s ago.',
  )
  const one = { ...deadLetters, newestAt: deadLetters.oldestAt }
  expect(check({ jobs: { failed: 1 }, facts: { deadLetters: one } })?.message).toBe(
    '1 dead letter (limit 50), from 2 h ago.',
  )
})
