import { expect, test } from 'vitest'
import { aWorker, example, NOW, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { consumersAlive } from './consumers-alive.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = consumersAlive(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const connected = (...ages: (number | null)[]) =>
  ages.map((connected_for_s, at) => ({ name: `${at}`, address: null, connected_for_s }))
const silent = { ...aWorker, worker: 'bbbbbbbb-2', ageMs: 9000 }

test('workers that say that they live pass, idle, paused or busy', () => {
  expect(check({})).toMatchObject({ status: 'pass', message: '1 worker lives.' })
  expect(check({ paused: true })).toMatchObject({ status: 'pass' })
})

test('when none of the connected ones says so for 6 s the queue is down', () => {
  expect(check({ workers: [silent] })).toMatchObject({ status: 'fail', stops: true, value: 9 })
  expect(check({ workers: [{ ...silent, ageMs: 5999 }] })).toMatchObject({ status: 'pass' })
})

test('a new worker that has only just connected is given time to say so, whatever is left of its predecessor', () => {
  expect(check({ workers: [silent], consumers: connected(1) })).toMatchObject({ status: 'unknown' })
})

test('one frozen among others warns', () => {
  expect(check({ workers: [aWorker, silent], consumers: connected(50, 50) })).toMatchObject({
    status: 'warn',
    message: '1 worker lives; 1 other is connected, but silent: frozen or blocked.',
  })
})

test('one that ended without a goodbye warns until another was started in its place, or for the window', () => {
  const dead = { workers: [aWorker, silent], consumers: connected(50) }
  expect(check(dead)).toMatchObject({ status: 'warn', message: expect.stringContaining('without a goodbye') })
  const successor = { ...aWorker, worker: 'cccccccc-3', startedAt: NOW - 5000 }
  expect(check({ workers: [aWorker, silent, successor], consumers: connected(50, 5) })).toMatchObject({
    status: 'pass',
  })
  expect(check({ workers: [aWorker, { ...silent, ageMs: 301_000 }], consumers: connected(50) })).toMatchObject({
    status: 'pass',
  })
})

test('an event loop that was held warns at 1 s and fails at 5 s', () => {
  const held = (eventLoopDelayMs: number) => check({ workers: [{ ...aWorker, eventLoopDelayMs }] })
  expect(held(999)).toMatchObject({ status: 'pass' })
  expect(held(1000)).toMatchObject({ status: 'warn', message: expect.stringContaining('worker aaaaaaaa was held') })
  expect(held(5000)).toMatchObject({ status: 'fail' })
})

test('connected programs that say nothing of themselves, and a queue without any, are not judged', () => {
  expect(check({ workers: [] })).toMatchObject({ status: 'unknown' })
  expect(check({ workers: [silent], consumers: [] })).toMatchObject({ status: 'unknown', stops: false })
  expect(check({ workers: 'unsupported' })).toMatchObject({ status: 'unknown' })
})
