import { expect, test } from 'vitest'
import { aJob, example, NOW, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { activeJobs } from './active-jobs.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = activeJobs(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const activeFor = (s: number, others = {}) => ({ ...aJob, startedAt: NOW - s * 1000, ...others })

test('an idle queue, and jobs that get on, pass', () => {
  expect(check({})).toMatchObject({ status: 'pass', message: 'No job is active.' })
  expect(check({ paused: true, facts: { active: [activeFor(50)] } })).toMatchObject({ status: 'pass', value: 50 })
})

test('a job without a lock fails when it was so at the look before too', () => {
  const facts = { active: [activeFor(5, { locked: false })] }
  expect(check({ facts, trend: { withoutLockMs: new Map([['7', 0]]) } })).toMatchObject({ status: 'pass' })
  expect(check({ facts, trend: { withoutLockMs: new Map([['7', 2000]]) } })).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('(7 for 2 s): the worker is dead, frozen or blocked'),
  })
})

test('a job beyond its time warns, and fails at twice the time', () => {
  expect(check({ facts: { active: [activeFor(3599)] } })).toMatchObject({ status: 'pass' })
  expect(check({ facts: { active: [activeFor(3600)] } })).toMatchObject({ status: 'warn' })
  expect(check({ facts: { active: [activeFor(10), activeFor(7200)] } })).toMatchObject({ status: 'fail' })
})

test('progress that does not change warns at 5 min and fails at 10, of jobs that have told any', () => {
  const unchanged = (ms: number, progress: string) =>
    check({ facts: { active: [activeFor(700, { progress })] }, trend: { unchangedMs: new Map([['7', ms]]) } })
  expect(unchanged(299_000, '{"rows":4}')).toMatchObject({ status: 'pass' })
  expect(unchanged(300_000, '{"rows":4}')).toMatchObject({ status: 'warn', value: 300, fail_at: 600 })
  expect(unchanged(600_000, '{"rows":4}')).toMatchObject({ status: 'fail' })
  expect(unchanged(600_000, '0')).toMatchObject({ status: 'pass' })
})
