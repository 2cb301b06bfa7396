import { expect, test } from 'vitest'
import { example, type Differences } from './example-signals.ts'
import { failingAttempts } from './failing-attempts.ts'
import { defaultLimits } from './limits.ts'

const check = (differences: Differences) => {
  const found = failingAttempts(example(differences), defaultLimits)
  return found && { ...found.check, stops: found.stops }
}

const failing = (forS: number, jobs = 10): Differences => ({
  trend: { failing: { jobs, attempts: 40, forMs: forS * 1000 } },
})

test('jobs that fail again and again while none is completed warn after a minute and are down after five', () => {
  expect(check({})).toMatchObject({ status: 'pass' })
  expect(check(failing(59))).toMatchObject({ status: 'pass' })
  expect(check(failing(60))).toMatchObject({ status: 'warn', stops: false })
  expect(check(failing(300))).toMatchObject({
    status: 'fail',
    stops: true,
    message: '10 jobs have failed 40 attempts, and none was completed for 5 min.',
  })
})

test('two of them may be at fault themselves, and only warn', () => {
  expect(check(failing(3000, 2))).toMatchObject({ status: 'warn', stops: false })
})

test('what was not read, or is paused, is not judged', () => {
  expect(check({ facts: 'unsupported' })).toMatchObject({ status: 'unknown' })
  expect(check({ ...failing(300), facts: { unread: { done: 'forbidden' } } })).toMatchObject({ status: 'unknown' })
  expect(check({ ...failing(300), paused: true })).toMatchObject({ status: 'unknown' })
})
