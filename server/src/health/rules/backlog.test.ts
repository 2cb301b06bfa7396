import { expect, test } from 'vitest'
import { example, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { backlog } from './backlog.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = backlog(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const growing = (growthPerMinute: number, finishedPerMinute: number | null, others: Differences = {}) =>
  check({ ...waitingFor(20, 1000), ...others, trend: { backlog: { growthPerMinute, finishedPerMinute } } })

test('a backlog that grows is judged by the time until it is worked off: 5 and 15 min', () => {
  expect(growing(5, 201)).toMatchObject({ status: 'pass' })
  expect(growing(5, 200)).toMatchObject({ status: 'warn', value: 300 })
  expect(growing(5, 60)).toMatchObject({ status: 'fail', value: 1000, message: expect.stringContaining('17 min') })
  expect(growing(5, 0)).toMatchObject({ status: 'fail', message: expect.stringContaining('nothing is finished') })
})

test('one that does not grow passes, however long it is; an idle queue too', () => {
  expect(growing(0, 1)).toMatchObject({ status: 'pass' })
  expect(check({ trend: { backlog: null } })).toMatchObject({ status: 'pass' })
})

test('it is not known where nobody counts, before half of the window was seen, and while the queue is paused', () => {
  expect(growing(5, null)).toMatchObject({ status: 'unknown' })
  expect(check({ ...waitingFor(20), trend: { backlog: null } })).toMatchObject({ status: 'unknown' })
  expect(growing(5, 0, { paused: true })).toMatchObject({ status: 'unknown' })
})
