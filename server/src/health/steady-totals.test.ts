import { expect, test } from 'vitest'
import type { Observed } from './signals.ts'
import { steadyTotals } from './steady-totals.ts'

const observed = (completed: number | null): Observed => ({
  queue: 'exports',
  kind: 'exports',
  observedAt: new Date(0),
  store: { kind: 'redis', reachable: true, latencyMs: 1, file: null, facts: null },
  counts: null,
  paused: null,
  consumers: null,
  workers: null,
  canary: null,
  facts: {
    unread: {},
    holds: { concurrency: null, limitedUntil: null },
    retried: [],
    stranded: null,
    done: { newest: null, vanished: null },
    oldestWaiting: null,
    nextDelayedAt: null,
    active: [],
    deadLetters: { oldestAt: null, newestAt: null, inFiveMinutes: 0 },
    totals: completed === null ? null : { completed, failed: 3 },
    schedulers: { count: 0, first: null },
    pausedAt: null,
    movement: '',
  },
})

test('a total never goes back by one, goes on when jobs are completed, and begins anew with an emptied queue', () => {
  const steady = steadyTotals()
  const told = [7, 8, 7, 7, 8, 9, null, 8, 12, 0, 1].map((completed) => {
    const { facts } = steady(observed(completed))
    return facts !== null && facts !== 'unsupported' ? (facts.totals?.completed ?? null) : undefined
  })
  expect(told).toEqual([7, 8, 8, 8, 8, 9, null, 9, 12, 0, 1])
})

test('what is not known stays unknown', () => {
  const steady = steadyTotals()
  for (const facts of [null, 'unsupported'] as const) {
    expect(steady({ ...observed(1), facts }).facts).toBe(facts)
  }
})
