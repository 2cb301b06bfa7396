import { expect, test } from 'vitest'
import type { ActiveJob } from '../queue/queue-facts.ts'
import { aJob, aWorker, example, gone, NOW, type Differences } from './rules/example-signals.ts'
import { defaultLimits } from './rules/limits.ts'
import type { Trend } from './rules/signals.ts'
import { noteFound, nothingSeen, takeIn, type Memory } from './trend.ts'

/** Looks at these, each so many seconds after the first, and gives what the last one tells. */
function looks(...seen: [atS: number, differences: Differences][]): { trend: Trend; memory: Memory } {
  let memory = nothingSeen
  let trend: Trend | undefined
  for (const [atS, differences] of seen) {
    const taken = takeIn(memory, example({ observedAt: new Date(NOW + atS * 1000), ...differences }), defaultLimits)
    memory = taken.memory
    trend = taken.trend
  }
  if (!trend) throw new Error('no looks')
  return { trend, memory }
}

const trendOf = (...seen: [number, Differences][]) => looks(...seen).trend
const waiting = (count: number, movement = 'a'): Differences => ({ jobs: { waiting: count }, facts: { movement } })
const idle: Differences = {}

test('after one look nothing is claimed but what it shows', () => {
  expect(trendOf([0, waiting(5)])).toMatchObject({
    coversMs: 0,
    stillMs: 0,
    withoutConsumersMs: 0,
    sinceEmptyMs: null,
    backlog: null,
  })
})

test('jobs stand still from the look at which they were first seen waiting, until one is taken', () => {
  expect(trendOf([0, idle], [2, waiting(1)], [4, waiting(1)], [6, waiting(2)])).toMatchObject({ stillMs: 4000 })
  expect(trendOf([0, waiting(5)], [2, waiting(5)], [4, waiting(4, 'b')])).toMatchObject({ stillMs: 0 })
  expect(trendOf([0, waiting(5)], [2, waiting(4, 'b')], [4, waiting(4, 'b')])).toMatchObject({ stillMs: 2000 })
  expect(trendOf([0, waiting(5)], [2, waiting(0)], [4, waiting(1)])).toMatchObject({ stillMs: 0 })
})

test('a pause is no standing still, and after it the time begins anew', () => {
  const paused = { ...waiting(5), paused: true }
  expect(trendOf([0, waiting(5)], [2, paused], [20, paused])).toMatchObject({ stillMs: 0 })
  expect(trendOf([0, paused], [20, paused], [22, waiting(5)], [24, waiting(5)])).toMatchObject({ stillMs: 2000 })
})

test('a look at which only the queue could not be read breaks nothing off', () => {
  const unread: Differences = { counts: null, facts: null }
  expect(trendOf([0, waiting(5)], [2, unread], [4, waiting(5)])).toMatchObject({ stillMs: 4000, coversMs: 4000 })
})

test('when the store was away, or nobody looked for long, durations begin anew', () => {
  expect(trendOf([0, waiting(5)], [20, gone], [40, waiting(5)])).toMatchObject({ stillMs: 0, coversMs: 0 })
  expect(trendOf([0, waiting(5)], [31, waiting(5)])).toMatchObject({ stillMs: 0, coversMs: 0 })
  expect(trendOf([0, { consumers: [] }], [4, gone], [6, { consumers: [] }])).toMatchObject({ withoutConsumersMs: 0 })
})

test('a clock that was set back makes no negative time', () => {
  const trend = trendOf([0, waiting(0)], [2, waiting(5)], [-300, waiting(5)], [-298, waiting(5)])
  expect(trend).toMatchObject({ stillMs: 2000, coversMs: 2000, sinceEmptyMs: null })
})

test('without consumers since the first look that saw none, by heartbeats where connections are hidden', () => {
  expect(trendOf([0, idle], [2, { consumers: [] }], [6, { consumers: [] }])).toMatchObject({ withoutConsumersMs: 4000 })
  expect(trendOf([0, { consumers: [] }], [2, idle], [4, { consumers: [] }])).toMatchObject({ withoutConsumersMs: 0 })
  const silent: Differences = { consumers: 'unsupported', workers: [{ ...aWorker, ageMs: 7000 }] }
  expect(trendOf([0, silent], [5, silent])).toMatchObject({ withoutConsumersMs: 5000 })
})

test('how long ago the queue was empty is remembered through a gap, being proof', () => {
  expect(trendOf([0, idle], [2, waiting(3)], [4, gone], [6, waiting(3)])).toMatchObject({ sinceEmptyMs: 6000 })
})

test('an active job is unchanged, and without a lock, since the look at which that was first so', () => {
  const active = (...jobs: Partial<ActiveJob>[]): Differences => ({
    facts: { active: jobs.map((job) => ({ ...aJob, ...job })) },
  })
  const told = trendOf(
    [0, active({ id: '1', progress: '{"rows":1}' }, { id: '2', locked: false })],
    [2, active({ id: '1', progress: '{"rows":2}' }, { id: '2', locked: false })],
    [9, active({ id: '1', progress: '{"rows":2}' }, { id: '2', locked: false }, { id: '3' })],
  )
  expect(Object.fromEntries(told.unchangedMs)).toEqual({ 1: 7000, 2: 9000, 3: 0 })
  expect(Object.fromEntries(told.withoutLockMs)).toEqual({ 2: 9000 })
  const back = trendOf([0, active({ locked: false })], [2, active({})], [4, active({ locked: false })])
  expect(Object.fromEntries(back.withoutLockMs)).toEqual({ 7: 0 })
})

test('the worst job that was taken back is told for a minute after it was active', () => {
  const stalled: Differences = { facts: { active: [{ ...aJob, stalledCount: 2 }] } }
  expect(trendOf([0, stalled], [50, idle]).stalled).toEqual({ id: '7', count: 2 })
  expect(trendOf([0, stalled], [61, idle]).stalled).toBeNull()
})

test('the backlog of a burst does not grow; one that grows in both halves of the window does', () => {
  const finished = (completed: number, count: number): Differences => ({
    jobs: { waiting: count },
    facts: { totals: { completed, failed: 0 } },
  })
  const burst = trendOf(
    [0, finished(0, 0)],
    [100, finished(0, 5000)],
    [200, finished(2000, 3000)],
    [300, finished(4000, 1000)],
  )
  expect(burst.backlog?.growthPerMinute).toBeLessThan(0)
  const grows = trendOf(
    [0, finished(0, 0)],
    [100, finished(50, 100)],
    [200, finished(100, 200)],
    [300, finished(150, 300)],
  )
  expect(grows.backlog).toEqual({ growthPerMinute: expect.closeTo(60), finishedPerMinute: expect.closeTo(30) })
  expect(trendOf([0, finished(0, 0)], [140, finished(50, 100)]).backlog).toBeNull()
})

test('what was finished is counted within the window, and anew when the counts began anew', () => {
  const totals = (completed: number, failed: number): Differences => ({ facts: { totals: { completed, failed } } })
  expect(trendOf([0, totals(5, 0)], [301, totals(90, 10)], [320, totals(100, 10)]).finished).toEqual({
    completed: 10,
    failed: 0,
  })
  expect(trendOf([0, totals(500, 9)], [2, totals(3, 0)], [4, totals(5, 1)]).finished).toEqual({
    completed: 2,
    failed: 1,
  })
  expect(trendOf([0, { facts: { totals: null } }]).finished).toBeNull()
})

test('evicted keys count from the first look on, and the best of three answers is the latency', () => {
  const seen = (evictedKeys: number, latencyMs: number): Differences => {
    const { store } = example({ redis: { evictedKeys } })
    return store.reachable ? { store: { ...store, latencyMs } } : {}
  }
  const trend = trendOf([0, seen(7, 900)], [2, seen(7, 800)], [4, seen(9, 4)], [6, seen(9, 700)])
  expect(trend).toMatchObject({ evictedKeys: 2, latencyMs: 4 })
})

test('the memory is bounded: an hour of looks every second keeps 150 at most, of ten minutes', () => {
  const everySecond = Array.from({ length: 3600 }, (_, atS): [number, Differences] => [atS, waiting(atS % 7, `${atS}`)])
  const { memory, trend } = looks(...everySecond)
  expect(memory.looks.length).toBeLessThanOrEqual(150)
  expect(memory.looks.length).toBeGreaterThan(50)
  expect((memory.looks.at(-1)?.at ?? 0) - (memory.looks[0]?.at ?? 0)).toBeLessThanOrEqual(600_000)
  expect(trend.backlog).not.toBeNull()
})

test('since when a check has its status is kept until it changes, and told to the next look', () => {
  const check = { name: 'dlq_depth', ok: true, message: '' }
  const first = noteFound(nothingSeen, [{ ...check, status: 'pass' }], NOW)
  const same = noteFound(first.memory, [{ ...check, status: 'pass' }], NOW + 5000)
  expect(same.dated({ ...check, status: 'pass' }).since).toBe('2026-11-24T09:00:00.000Z')
  const other = noteFound(same.memory, [{ ...check, status: 'warn' }], NOW + 9000)
  expect(other.dated({ ...check, status: 'warn' }).since).toBe('2026-11-24T09:00:09.000Z')
  expect(takeIn(other.memory, example(), defaultLimits).trend.before.get('dlq_depth')).toBe('warn')
})
