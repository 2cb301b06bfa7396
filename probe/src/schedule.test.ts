import { describe, expect, test } from 'vitest'
import { onSchedule, type Schedule } from './schedule.ts'

/** A schedule on a clock that only sleeping and running move; it stops after so many runs. */
function fakeSchedule(runs: number, durations: number[], randoms: number[] = []) {
  const stopping = new AbortController()
  const starts: number[] = []
  const sleeps: number[] = []
  let now = 0
  const schedule: Schedule = {
    intervalMs: 1000,
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
