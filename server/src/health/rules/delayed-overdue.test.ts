import { expect, test } from 'vitest'
import { busyWorker, example, NOW, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { delayedOverdue } from './delayed-overdue.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = delayedOverdue(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const overdue = (s: number, others: Differences = {}) => check({ facts: { nextDelayedAt: NOW - s * 1000 }, ...others })

test('a delayed job that is due warns at 15 s and is down at 60 s', () => {
  expect(check({})).toMatchObject({ status: 'pass', message: 'No job is delayed.' })
  expect(overdue(-3600)).toMatchObject({ status: 'pass', value: 0 })
  expect(overdue(15)).toMatchObject({ status: 'warn' })
  expect(overdue(60)).toMatchObject({ status: 'fail', stops: true })
})

test('while all slots are in use nobody looks for jobs, which warns only; a paused queue is not judged', () => {
  expect(overdue(600, { workers: [busyWorker] })).toMatchObject({ status: 'warn' })
  expect(overdue(600, { paused: true })).toMatchObject({ status: 'unknown' })
})
