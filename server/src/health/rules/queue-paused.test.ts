import { expect, test } from 'vitest'
import { example, NOW, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { queuePaused } from './queue-paused.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = queuePaused(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('a queue that is not paused passes, idle or busy', () => {
  expect(check({})).toMatchObject({ status: 'pass' })
  expect(check(waitingFor(500))).toMatchObject({ status: 'pass' })
})

test('a paused queue warns while nothing waits, and is down when a job does; since when is told', () => {
  const pausedAt = NOW - 3_600_000
  expect(check({ paused: true, facts: { pausedAt } })).toMatchObject({
    status: 'warn',
    message: 'The queue is paused since 2026-11-24 08:00 UTC; nothing waits in it yet.',
  })
  expect(check({ paused: true, jobs: { prioritized: 1 } })).toMatchObject({
    status: 'fail',
    stops: true,
    message: 'The queue is paused, and 1 job waits in it.',
  })
})

test('delayed jobs do not wait yet', () => {
  expect(check({ paused: true, jobs: { delayed: 5 } })).toMatchObject({ status: 'warn' })
})
