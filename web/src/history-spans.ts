import type { CheckStatus, HistoryRollup } from '@queue-ops/server/contract'
import { took } from './age.ts'
import { dateAndTime } from './instant.ts'

/** The hours of a week, the days of a quarter: as much as a line can show. */
export const spans = {
  hour: { title: 'Hours', lengthMs: 3_600_000, places: 168, last: '7 days' },
  day: { title: 'Days', lengthMs: 86_400_000, places: 90, last: '90 days' },
} as const
export type Span = keyof typeof spans

/** A place of a bar; null: nothing is known of it. Newest first. */
export type Bar = { status: CheckStatus; title: string } | null

/** One place for each hour or day up to now, empty where the probe did not run. */
export function spanBars(rollups: readonly HistoryRollup[], span: Span, now: number, zone?: string): Bar[] {
  const { lengthMs, places } = spans[span]
  const byStart = new Map(rollups.map((rollup) => [Date.parse(rollup.start), rollup]))
  const newest = Math.floor(now / lengthMs) * lengthMs
  return Array.from({ length: places }, (_, place) => {
    const rollup = byStart.get(newest - place * lengthMs)
    return rollup
      ? { status: rollup.status, title: `${dateAndTime(rollup.start, zone)}: ${rollupInWords(rollup)}` }
      : null
  })
}

/** `120 runs: 117 pass, 3 fail; 12 ms on average, 1.2 s at most`. */
export function rollupInWords(rollup: HistoryRollup): string {
  const { runs, duration_ms } = rollup
  const lasted = `${took(duration_ms.avg)} on average, ${took(duration_ms.max)} at most`
  return `${runs === 1 ? '1 run' : `${runs} runs`}: ${countsInWords(rollup)}; ${lasted}`
}

/** `117 pass, 3 fail`, what there is none of left out. */
export function countsInWords({ runs, warn, fail, unknown }: HistoryRollup): string {
  const counts = { pass: runs - warn - fail - unknown, warn, fail, unknown }
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ')
}

/** What the bar shows, in a sentence. */
export function spanSummary(rollups: readonly HistoryRollup[], span: Span): string {
  const total = { runs: 0, warn: 0, fail: 0, unknown: 0 }
  for (const { runs, warn, fail, unknown } of rollups) {
    total.runs += runs
    total.warn += warn
    total.fail += fail
    total.unknown += unknown
  }
  const [first] = rollups
  if (!first) return `No runs in the last ${spans[span].last}.`
  return `${total.runs} runs in the last ${spans[span].last}: ${countsInWords({ ...first, ...total })}.`
}
