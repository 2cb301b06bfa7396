import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { dlqGrowth } from './dlq-growth.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = dlqGrowth(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('what failed for good within five minutes warns at 3 and fails at 10, however few there are in all', () => {
  const recent = (inFiveMinutes: number) =>
    check({ facts: { deadLetters: { oldestAt: null, newestAt: null, inFiveMinutes } } })
  expect(recent(2)).toMatchObject({ status: 'pass', value: 2 })
  expect(recent(3)).toMatchObject({ status: 'warn' })
  expect(recent(10)).toMatchObject({ status: 'fail', unit: 'jobs' })
})

test('old dead letters are not its business', () => {
  expect(check({ jobs: { failed: 500 } })).toMatchObject({ status: 'pass', value: 0 })
})
