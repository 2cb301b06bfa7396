import { expect, test } from 'vitest'
import { aWorker, example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { workerClock } from './worker-clock.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = workerClock(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('a clock that is off warns at 2 s and fails at 10 s, ahead or behind', () => {
  const off = (clockAheadMs: number) => check({ workers: [aWorker, { ...aWorker, worker: 'bbbbbbbb', clockAheadMs }] })
  expect(off(1999)).toMatchObject({ status: 'pass' })
  expect(off(-2000)).toMatchObject({ status: 'warn' })
  expect(off(300_000)).toMatchObject({
    status: 'fail',
    message: 'The clock of worker bbbbbbbb is 5 min ahead of that of the store.',
  })
})

test('the clock of a worker that is gone is nobody’s', () => {
  const gone = { ...aWorker, clockAheadMs: 60_000, ageMs: 60_000 }
  expect(check({ workers: [aWorker, gone] })).toMatchObject({ status: 'pass' })
  expect(check({ workers: [gone] })).toMatchObject({ status: 'unknown' })
})
