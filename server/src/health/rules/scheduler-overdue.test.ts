import { expect, test } from 'vitest'
import { busyWorker, example, NOW, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { schedulerOverdue } from './scheduler-overdue.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = schedulerOverdue(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const overdue = (s: number, others: Differences = {}) =>
  check({ facts: { schedulers: { count: 2, first: { id: 'nightly', nextRunAt: NOW - s * 1000 } } }, ...others })

test('a scheduler whose next run is past warns at 15 s and fails at 60 s, while other jobs may flow', () => {
  expect(check({})).toMatchObject({ status: 'pass', message: 'There are no schedulers.' })
  expect(overdue(-60)).toMatchObject({ status: 'pass' })
  expect(overdue(15)).toMatchObject({ status: 'warn', message: 'Scheduler nightly is overdue for 15 s.' })
  expect(overdue(60)).toMatchObject({ status: 'fail', stops: false })
})

test('while all slots are in use it warns only; a paused queue is not judged', () => {
  expect(overdue(600, { workers: [busyWorker] })).toMatchObject({ status: 'warn' })
  expect(overdue(600, { paused: true })).toMatchObject({ status: 'unknown' })
})
