import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
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
