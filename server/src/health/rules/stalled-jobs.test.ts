import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { stalledJobs } from './stalled-jobs.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = stalledJobs(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('a job that was taken back once warns, three times fails', () => {
  expect(check({})).toMatchObject({ status: 'pass' })
  expect(check({ paused: true, trend: { stalled: { id: '7', count: 1 } } })).toMatchObject({ status: 'warn', value: 1 })
  expect(check({ trend: { stalled: { id: '7', count: 3 } } })).toMatchObject({
    status: 'fail',
    message: 'Job 7 was taken back from workers that lost it 3 times.',
  })
})
