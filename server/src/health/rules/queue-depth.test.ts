import { expect, test } from 'vitest'
import { example, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { queueDepth } from './queue-depth.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = queueDepth(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

test('depth alone warns; with an age over its objective it fails', () => {
  expect(check({ jobs: { waiting: 999 } })).toMatchObject({ status: 'pass', waiting: 999, active: 0, limit: 1000 })
  expect(check(waitingFor(119, 5000))).toMatchObject({ status: 'warn', waiting: 5000 })
  expect(check(waitingFor(120, 5000))).toMatchObject({ status: 'fail' })
})

test('once it warns it does so until the depth is below 80 % of the limit', () => {
  const before = (status: 'pass' | 'warn') => ({ trend: { before: new Map([['queue_depth', status]]) } })
  expect(check({ jobs: { waiting: 800 }, ...before('warn') })).toMatchObject({ status: 'warn' })
  expect(check({ jobs: { waiting: 799 }, ...before('warn') })).toMatchObject({ status: 'pass' })
  expect(check({ jobs: { waiting: 999 }, ...before('pass') })).toMatchObject({ status: 'pass' })
})

test('prioritized jobs wait too', () => {
  expect(check({ jobs: { waiting: 400, prioritized: 599 } })).toMatchObject({ status: 'pass' })
  expect(check({ jobs: { waiting: 400, prioritized: 600 } })).toMatchObject({ status: 'warn', waiting: 1000 })
})

test('in a paused queue their age is no fault of the depth', () => {
  expect(check({ ...waitingFor(500, 5000), paused: true })).toMatchObject({ status: 'warn' })
})

test('where no age can be read, depth still only warns', () => {
  expect(check({ jobs: { waiting: 5000 }, facts: 'unsupported' })).toMatchObject({ status: 'warn' })
})
