import { expect, test } from 'vitest'
import { aJob, aWorker, busyWorker, example, NOW, waitingFor, type Differences } from './example-signals.ts'
import { defaultLimits } from './limits.ts'
import { progress } from './progress.ts'

const check = (differences: Differences, limits = defaultLimits) => {
  const found = progress(example(differences), limits)
  return found && { ...found.check, stops: found.stops }
}

const still = (stillMs: number, others: Differences = {}): Differences => ({
  ...waitingFor(60),
  ...others,
  trend: { stillMs },
})

test('jobs that are being taken pass, and so does a queue in which none waits', () => {
  expect(check({ trend: { stillMs: 0 } })).toMatchObject({ status: 'pass', message: 'No job waits.' })
  expect(check(still(14_999))).toMatchObject({ status: 'pass', message: 'Jobs are being taken.' })
})

test('nothing taken while a slot is free warns at 15 s and is down at 30 s', () => {
  expect(check(still(15_000))).toMatchObject({ status: 'warn' })
  expect(check(still(30_000))).toMatchObject({
    status: 'fail',
    stops: true,
    message: '3 jobs wait, and none was taken or finished for 30 s, though workers live and have 2 slots free.',
  })
})

test('while all slots are in use by workers that live nobody could take one', () => {
  expect(check(still(1_800_000, { workers: [busyWorker] }))).toMatchObject({ status: 'pass' })
  expect(check(still(30_000, { workers: [{ ...busyWorker, ageMs: 9000 }] }))).toMatchObject({ status: 'fail' })
})

test('what the queue itself does not allow is no stop: its global concurrency, its rate limit', () => {
  const foreign: Differences = { workers: 'unsupported' }
  const facts = { ...waitingFor(60).facts, active: [aJob] }
  const holds = { concurrency: 1, limitedUntil: null }
  expect(check(still(600_000, { ...foreign, facts: { ...facts, holds } }))).toMatchObject({
    status: 'pass',
    message: 'Nothing can be taken: the queue is at its global concurrency of 1.',
  })
  const limited = { ...waitingFor(60).facts, holds: { concurrency: null, limitedUntil: NOW + 40_000 } }
  expect(check(still(600_000, { ...foreign, facts: limited }))).toMatchObject({
    status: 'pass',
    message: 'Nothing can be taken: a rate limit holds it for 40 s more.',
  })
})

test('of another application, active jobs with a lock make it a warning, since its slots are not known', () => {
  const active = { ...waitingFor(60).facts, active: [aJob] }
  expect(check(still(60_000, { workers: 'unsupported', facts: active }))).toMatchObject({
    status: 'warn',
    stops: false,
  })
  const lost = { ...active, active: [{ ...aJob, locked: false }] }
  expect(check(still(60_000, { workers: 'unsupported', facts: lost }))).toMatchObject({ status: 'fail' })
  expect(check(still(60_000, { workers: 'unsupported' }))).toMatchObject({ status: 'fail' })
})

test('a paused queue is not judged by it', () => {
  expect(check(still(60_000, { paused: true }))).toMatchObject({ status: 'unknown' })
})

test('after the start nothing is claimed before anything was seen to move', () => {
  const trend = { coversMs: 4000, stillMs: 4000 }
  expect(check({ ...waitingFor(60), trend })).toMatchObject({ status: 'unknown' })
  expect(check({ ...waitingFor(60), trend: { coversMs: 4000, stillMs: 2000 }, workers: [aWorker] })).toMatchObject({
    status: 'pass',
  })
})
