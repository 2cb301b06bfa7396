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

test('of a crash loop whose last worker lives none is missed, of one that has ended so the last one is', () => {
  const generation = (worker: string, startedAgoMs: number, ageMs: number) => ({
    ...aWorker,
    worker,
    startedAt: NOW - startedAgoMs,
    ageMs,
  })
  const [first, second] = [generation('1', 60_000, 40_000), generation('2', 39_000, 20_000)]
  const looped = { workers: [first, second, generation('3', 19_000, 700)], consumers: connected(19) }
  expect(check(looped)).toMatchObject({ status: 'pass', message: '1 worker lives.' })
  const another = { workers: [aWorker, first, second], consumers: connected(3600) }
  expect(check(another)).toMatchObject({
    status: 'warn',
    message: '1 worker lives; 1 has ended without a goodbye.',
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
