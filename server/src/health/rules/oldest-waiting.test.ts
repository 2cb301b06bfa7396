import { expect, test } from 'vitest'
import { busyWorker, example, NOW, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { oldestWaiting } from './oldest-waiting.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = oldestWaiting(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('the age of the oldest waiting job warns at 30 s and fails at 120 s', () => {
  expect(check({})).toMatchObject({ status: 'pass', value: 0 })
  expect(check(waitingFor(29))).toMatchObject({ status: 'pass', value: 29 })
  expect(check(waitingFor(30))).toMatchObject({ status: 'warn' })
  expect(check(waitingFor(120))).toMatchObject({ status: 'fail', stops: false, warn_at: 30, fail_at: 120 })
})

test('it says so when all slots are in use: then more workers help', () => {
  expect(check({ ...waitingFor(120), workers: [busyWorker] })).toMatchObject({
    status: 'fail',
    action: 'Add workers, or raise their concurrency.',
  })
})

test('the clock of a producer cannot make a job older than the time since the queue was empty', () => {
  expect(check({ ...waitingFor(300), trend: { sinceEmptyMs: 4000 } })).toMatchObject({ status: 'pass', value: 4 })
})

test('nor younger than nothing', () => {
  const facts = { oldestWaiting: { id: '1', readyAt: NOW + 300_000 } }
  expect(check({ jobs: { waiting: 1 }, facts })).toMatchObject({ status: 'pass', value: 0 })
})

test('a paused queue is not judged by it', () => {
  expect(check({ ...waitingFor(500), paused: true })).toMatchObject({ status: 'unknown', value: 500 })
})

test('it clears at 80 % of what raised it', () => {
  const before = new Map([['oldest_waiting', 'fail' as const]])
  expect(check({ ...waitingFor(100), trend: { before } })).toMatchObject({ status: 'fail' })
  expect(check({ ...waitingFor(95), trend: { before } })).toMatchObject({ status: 'warn' })
})
