import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { failureRatio } from './failure-ratio.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = failureRatio(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const after = (completed: number, failed: number) => check({ trend: { finished: { completed, failed } } })

test('10 % warn, 50 % fail, of at least 20 jobs', () => {
  expect(after(91, 9)).toMatchObject({ status: 'pass', value: 0.09 })
  expect(after(90, 10)).toMatchObject({ status: 'warn', value: 0.1 })
  expect(after(10, 10)).toMatchObject({ status: 'fail', value: 0.5 })
  expect(after(0, 19)).toMatchObject({ status: 'pass', value: null })
})

test('an idle or paused queue passes; where nobody counts it is not known', () => {
  expect(check({})).toMatchObject({ status: 'pass' })
  expect(check({ paused: true })).toMatchObject({ status: 'pass' })
  expect(check({ trend: { finished: null } })).toMatchObject({ status: 'unknown' })
})
