import { expect, test } from 'vitest'
import { ratesOf, takeCounts, takeMotion, type Counted, type QueueHistory } from './queue-history.ts'

const counted = (at: number, failed: number, finishedTotal: number | null = null): Counted => ({
  at,
  failed,
  completedTotal: finishedTotal,
  finishedTotal,
})

const takeAll = (all: Counted[]) => all.reduce<readonly Counted[]>(takeCounts, [])

test('growth and throughput are over what was seen of the last five minutes', () => {
  const all = Array.from({ length: 1201 }, (_, at) => counted(at * 500, at, at * 2))
  expect(ratesOf(takeAll(all))).toEqual({ deadLettersPerMinute: 120, finishedPerMinute: 240 })
  const more = Array.from({ length: 700 }, (_, at) => counted(600_500 + at * 500, 1200, 2400))
  expect(ratesOf(takeAll([...all, ...more]))).toEqual({ deadLettersPerMinute: 0, finishedPerMinute: 0 })
})

test('what is kept does not grow with the number of looks', () => {
  const all = Array.from({ length: 5000 }, (_, at) => counted(at * 100, 0))
  expect(takeAll(all).length).toBeLessThan(160)
})

test('dead letters that were put back are a growth below zero', () => {
  expect(ratesOf(takeAll([counted(0, 100), counted(60_000, 40)])).deadLettersPerMinute).toBe(-60)
})

test('of a short time, and after a total that went back, nothing is said', () => {
  const nothing = { deadLettersPerMinute: null, finishedPerMinute: null }
  expect(ratesOf(takeAll([counted(0, 0), counted(5000, 50)]))).toEqual(nothing)
  expect(ratesOf(takeAll([counted(0, 0, 100), counted(60_000, 5, 110), counted(61_000, 5, 0)]))).toEqual(nothing)
  expect(ratesOf([])).toEqual(nothing)
})

test('a queue stands still from the moment at which nothing moved any more, and not across a gap', () => {
  const history = (at: number, told: ReturnType<typeof takeMotion>): QueueHistory => ({
    ...told,
    counted: [counted(at, 0)],
    lastSuccessAt: null,
  })
  const first = history(0, takeMotion(undefined, { at: 0, movement: 'a', waits: true }))
  const moved = history(1000, takeMotion(first, { at: 1000, movement: 'b', waits: true }))
  const still = history(20_000, takeMotion(moved, { at: 20_000, movement: 'b', waits: true }))
  expect(still).toMatchObject({ stillSince: 1000, watchedSince: 0 })
  const idle = takeMotion(still, { at: 21_000, movement: 'b', waits: false })
  expect(idle).toMatchObject({ stillSince: null, watchedSince: 0 })
  const late = takeMotion(still, { at: 120_000, movement: 'b', waits: true })
  expect(late).toMatchObject({ stillSince: 120_000, watchedSince: 120_000 })
})
