import { expect, test } from 'vitest'
import { Rate } from './progress.ts'

test('what is left is estimated from the rows of this attempt alone', () => {
  const rate = new Rate()
  expect(rate.progress({ rows: 600, total: 1000 }, 0)).toEqual({
    rows: 600,
    total: 1000,
    percent: 60,
    seconds_left: null,
  })
  expect(rate.progress({ rows: 700, total: 1000 }, 2000)).toEqual({
    rows: 700,
    total: 1000,
    percent: 70,
    seconds_left: 6,
  })
})

test('without a total there is neither percent nor estimate', () => {
  expect(new Rate().progress({ rows: 5, total: null }, 0)).toEqual({
    rows: 5,
    total: null,
    percent: null,
    seconds_left: null,
  })
})

test('a table that is empty, or grows while it is read, is never more than done', () => {
  const rate = new Rate()
  expect(rate.progress({ rows: 0, total: 0 }, 0)).toMatchObject({ percent: 100 })
  expect(rate.progress({ rows: 12, total: 10 }, 1000)).toMatchObject({ percent: 100, seconds_left: 0 })
  expect(rate.progress({ rows: 9996, total: 10_000 }, 2000)).toMatchObject({ percent: 99.9 })
})
