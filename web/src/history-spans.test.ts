import type { HistoryRollup } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { countsInWords, rollupInWords, spanBars, spanSummary } from './history-spans.ts'

const rollup = (start: string, fail: number): HistoryRollup => ({
  target: 'exports',
  start,
  runs: 120,
  warn: 0,
  fail,
  unknown: 0,
  status: fail > 0 ? 'fail' : 'pass',
  duration_ms: { min: 8, avg: 12, max: 1200 },
  dead_letters_max: null,
  waiting_max: null,
  canary_ms_max: null,
})

const hours = [rollup('2026-11-24T11:00:00.000Z', 3), rollup('2026-11-24T08:00:00.000Z', 0)]
const now = Date.parse('2026-11-24T11:59:59Z')

test('every hour has its place, also those in which the probe did not run', () => {
  const bars = spanBars(hours, 'hour', now)
  expect(bars).toHaveLength(168)
  expect(bars.slice(0, 5).map((bar) => bar?.status ?? null)).toEqual(['fail', null, null, 'pass', null])
  expect(spanBars(hours, 'hour', now + 1000).slice(0, 2)).toEqual([null, bars[0]])
})

test('days are those of UTC', () => {
  const days = [rollup('2026-11-24T00:00:00.000Z', 0), rollup('2026-11-22T00:00:00.000Z', 1)]
  expect(
    spanBars(days, 'day', now)
      .slice(0, 3)
      .map((bar) => bar?.status ?? null),
  ).toEqual(['pass', null, 'fail'])
})

test('words say what there is and nothing of what there is not', () => {
  expect(countsInWords(rollup('2026-11-24T11:00:00.000Z', 3))).toBe('117 pass, 3 fail')
  expect(rollupInWords(rollup('2026-11-24T11:00:00.000Z', 0))).toBe(
    '120 runs: 120 pass; 12 ms on average, 1.2 s at most',
  )
  expect(spanSummary(hours, 'hour')).toBe('240 runs in the last 7 days: 237 pass, 3 fail.')
  expect(spanSummary([], 'day')).toBe('No runs in the last 90 days.')
})
