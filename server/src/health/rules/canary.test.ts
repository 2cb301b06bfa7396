import { expect, test } from 'vitest'
import { aJob, aWorker, busyWorker, canaryBack, example, NOW, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { canary } from './canary.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = canary(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const pending = (ageS: number) => ({ ...canaryBack, pendingSince: NOW - ageS * 1000 })

test('one that is back passes with its round trip; a late one warns only, since what it waited for is over', () => {
  expect(check({})).toMatchObject({ status: 'pass', value: 0.02, unit: 'seconds' })
  expect(check({ canary: { ...canaryBack, roundTripMs: 40_000 } })).toMatchObject({ status: 'warn', stops: false })
})

test('one that nobody takes from an idle queue though a slot is free warns at 5 s and is down at 15 s: the fetching is dead', () => {
  expect(check({ canary: pending(4) })).toMatchObject({ status: 'pass' })
  expect(check({ canary: pending(5) })).toMatchObject({ status: 'warn' })
  expect(check({ canary: pending(15) })).toMatchObject({
    status: 'fail',
    stops: true,
    message: 'The canary is under way for 15 s: 1 worker lives and 2 slots are free, but none takes it.',
  })
})

test('it is no failure that it waits while all slots are in use by workers that live', () => {
  expect(check({ canary: pending(3000), workers: [busyWorker] })).toMatchObject({ status: 'pass' })
  expect(check({ canary: pending(3000), workers: [busyWorker, aWorker] })).toMatchObject({ status: 'fail' })
  expect(check({ canary: pending(3000), workers: [{ ...busyWorker, ageMs: 9000 }] })).toMatchObject({
    status: 'fail',
    message: 'The canary is under way for 50 min: no worker takes it.',
  })
})

test('nor that it stands in line behind jobs that are being taken', () => {
  expect(check({ canary: pending(60), ...waitingFor(40, 500) })).toMatchObject({ status: 'pass' })
  expect(check({ canary: pending(60), ...waitingFor(60, 500), trend: { stillMs: 15_000 } })).toMatchObject({
    status: 'fail',
  })
})

test('in a paused queue, before the first and long after the last nothing is claimed', () => {
  expect(check({ paused: true, canary: pending(600) })).toMatchObject({ status: 'unknown' })
  const never = { sentAt: null, finishedAt: null, roundTripMs: null, pendingSince: null }
  expect(check({ canary: never })).toMatchObject({ status: 'unknown' })
  expect(check({ canary: { ...canaryBack, finishedAt: NOW - 400_000 } })).toMatchObject({ status: 'unknown' })
})

test('nor that nothing more may be taken: the global concurrency is in use, or a rate limit is in force', () => {
  const maxed = { active: [aJob], holds: { concurrency: 1, limitedUntil: null } }
  expect(check({ canary: pending(600), facts: maxed })).toMatchObject({
    status: 'pass',
    message: 'The canary is under way for 10 min: the queue is at its global concurrency of 1.',
  })
  // It is in the hands of a dead worker itself.
  expect(check({ canary: pending(600), facts: { ...maxed, active: [] } })).toMatchObject({ status: 'fail' })
  const dead = { ...maxed, active: [{ ...aJob, locked: false }] }
  expect(check({ canary: pending(600), facts: dead })).toMatchObject({ status: 'fail' })
  const free = { ...maxed, holds: { concurrency: 2, limitedUntil: null } }
  expect(check({ canary: pending(600), facts: free })).toMatchObject({ status: 'fail' })
  const limited = (until: number) => ({ holds: { concurrency: null, limitedUntil: until } })
  expect(check({ canary: pending(600), facts: limited(NOW + 30_000) })).toMatchObject({
    status: 'pass',
    message: expect.stringContaining('a rate limit holds it for 30 s more'),
  })
  expect(check({ canary: pending(600), facts: limited(NOW) })).toMatchObject({ status: 'fail' })
})

test('one that came late goes on warning until one is clearly back in time, also while the next is on its way', () => {
  const trend = { before: new Map([['canary', 'warn'] as const]) }
  const late = { ...canaryBack, roundTripMs: 4500 }
  expect(check({ canary: late })).toMatchObject({ status: 'pass' })
  expect(check({ canary: late, trend })).toMatchObject({ status: 'warn' })
  expect(check({ canary: { ...late, pendingSince: NOW - 100 }, trend })).toMatchObject({ status: 'warn' })
  expect(check({ canary: { ...late, roundTripMs: 3900 }, trend })).toMatchObject({ status: 'pass' })
})
