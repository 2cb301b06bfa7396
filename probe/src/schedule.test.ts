import { describe, expect, test } from 'vitest'
import { offsetOf, onSchedule, type Schedule } from './schedule.ts'

/** A schedule on a clock that only sleeping and running move; it stops after so many runs. */
function fakeSchedule(runs: number, durations: number[], randoms: number[] = []) {
  const stopping = new AbortController()
  const starts: number[] = []
  const sleeps: number[] = []
  let now = 0
  const schedule: Schedule = {
    offsetMs: 0,
    intervalMs: 1000,
    jitter: 0.1,
    stop: stopping.signal,
    clock: { now: () => new Date(now), elapsed: () => now },
    sleep: async (ms) => {
      sleeps.push(ms)
      now += ms
    },
    random: () => randoms.shift() ?? 0.5,
  }
  const run = async () => {
    starts.push(now)
    now += durations.shift() ?? 0
    if (starts.length === runs) stopping.abort()
  }
  return { schedule, run, starts, sleeps, stopping }
}

describe('onSchedule', () => {
  test('counts from the start of the previous run', async () => {
    const { schedule, run, starts } = fakeSchedule(3, [300, 100])
    await onSchedule(run, schedule)
    expect(starts).toEqual([0, 1000, 2000])
  })

  test('each wait varies by up to ten percent', async () => {
    const { schedule, run, sleeps } = fakeSchedule(4, [], [0, 0.5, 0.999])
    await onSchedule(run, schedule)
    expect(sleeps.map(Math.round)).toEqual([900, 1000, 1100])
  })

  test('after a run longer than the interval the next one starts at once and never beside it', async () => {
    const { schedule, run, starts, sleeps } = fakeSchedule(3, [2500, 0])
    await onSchedule(run, schedule)
    expect(starts).toEqual([0, 2500, 3500])
    expect(sleeps).toEqual([1000])
  })

  test('stopping while it sleeps ends it without another run', async () => {
    const { schedule, run, starts, stopping } = fakeSchedule(99, [])
    const sleep = async () => stopping.abort()
    await onSchedule(run, { ...schedule, sleep })
    expect(starts).toEqual([0])
  })

  test('does nothing when it is stopped before it begins', async () => {
    const { schedule, run, starts, stopping } = fakeSchedule(99, [])
    stopping.abort()
    await onSchedule(run, schedule)
    expect(starts).toEqual([])
  })
})

describe('the first run', () => {
  test('of a target that is alone is at once', () => {
    expect(offsetOf('exports', 30_000, true)).toBe(0)
  })

  test('of several targets is spread over the interval, the same after a restart', () => {
    const names = Array.from({ length: 200 }, (_, at) => `target-${at}`)
    const offsets = names.map((name) => offsetOf(name, 4000, false))
    expect(offsets).toEqual(names.map((name) => offsetOf(name, 4000, false)))
    expect(Math.min(...offsets)).toBeLessThan(400)
    expect(Math.max(...offsets)).toBeGreaterThan(3600)
    expect(offsets.every((ms) => ms >= 0 && ms < 4000)).toBe(true)
  })

  test('waits for the offset, and not when it is stopped meanwhile', async () => {
    const { schedule, run, starts, sleeps } = fakeSchedule(1, [])
    await onSchedule(run, { ...schedule, offsetMs: 700 })
    expect([starts, sleeps]).toEqual([[700], [700]])
    const stopped = fakeSchedule(1, [])
    const sleep = async () => stopped.stopping.abort()
    await onSchedule(stopped.run, { ...stopped.schedule, offsetMs: 700, sleep })
    expect(stopped.starts).toEqual([])
  })
})
