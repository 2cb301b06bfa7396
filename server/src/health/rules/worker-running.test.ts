import { expect, test } from 'vitest'
import { aWorker, example, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { workerRunning } from './worker-running.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = workerRunning(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const two = [
  { name: 'a', address: null, connected_for_s: null },
  { name: 'b', address: null, connected_for_s: null },
]

test('a connected consumer passes, in a paused queue too', () => {
  expect(check({ paused: true })).toMatchObject({ status: 'pass', running: true, consumers: 1 })
})

test('without any, a gap of a second or two is not judged, 2 s warn and 5 s are down', () => {
  const without = (withoutConsumersMs: number) => check({ consumers: [], trend: { withoutConsumersMs } })
  expect(without(0)).toMatchObject({ status: 'unknown', running: false, consumers: 0 })
  expect(without(1999)).toMatchObject({ status: 'unknown' })
  expect(without(2000)).toMatchObject({ status: 'warn', stops: false })
  expect(without(5000)).toMatchObject({ status: 'fail', stops: true, running: false })
})

test('fewer than expected warn', () => {
  const limits = { ...defaultLimits, consumers: 2 }
  expect(check({}, limits)).toMatchObject({ status: 'warn', message: '1 consumer connected, 2 are expected.' })
  expect(check({ consumers: two }, limits)).toMatchObject({ status: 'pass' })
})

test('where none is expected none passes, and running is still told as it is', () => {
  const idle = { consumers: [], trend: { withoutConsumersMs: 600_000 } }
  expect(check(idle, { ...defaultLimits, consumers: 0 })).toMatchObject({ status: 'pass', running: false })
})

test('where the store hides its clients, heartbeats tell; without these nothing is claimed', () => {
  expect(check({ consumers: 'unsupported' })).toMatchObject({ status: 'pass', running: true, consumers: 1 })
  const silent = [{ ...aWorker, ageMs: 60_000 }]
  const trend = { withoutConsumersMs: 9000 }
  expect(check({ consumers: 'unsupported', workers: silent, trend })).toMatchObject({ status: 'fail', consumers: 0 })
  expect(check({ consumers: 'unsupported', workers: 'unsupported' })).toMatchObject({
    status: 'unknown',
    running: null,
  })
})
