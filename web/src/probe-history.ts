import type { CheckStatus, ProbeResult } from '@queue-ops/server/contract'
import { secondsSince, span, took } from './age.ts'
import type { Bar } from './history-spans.ts'
import { dateAndTime } from './instant.ts'

/** A probe that has not reported for this long is itself a problem: nobody would be alerted. */
const staleAfterSeconds = 180

const statuses: readonly CheckStatus[] = ['pass', 'warn', 'fail', 'unknown']

/** Whether the newest result is too old to say anything about now. Results are newest first. */
export function isProbeStale(results: readonly ProbeResult[], now: number): boolean {
  const newest = results[0]
  return newest !== undefined && secondsSince(newest.time, now) > staleAfterSeconds
}

/** `60 runs in the last 30 min: 57 pass, 3 fail.` Results are newest first. */
export function probeSummary(results: readonly ProbeResult[], now: number): string {
  const oldest = results.at(-1)
  if (!oldest) return 'No runs.'
  const seen = statuses
    .map((status) => ({ status, count: results.filter((result) => result.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status}`)
  const runs = results.length === 1 ? '1 run' : `${results.length} runs`
  return `${runs} in the last ${span(secondsSince(oldest.time, now))}: ${seen.join(', ')}.`
}

/** How many runs a bar has room for. */
export const runPlaces = 60

/** One place for each run. */
export function runBars(results: readonly ProbeResult[], zone?: string): Bar[] {
  return results.map(({ time, status, message, duration_ms }) => {
    const run = `${dateAndTime(time, zone)}: ${status}, ${took(duration_ms)}`
    return { status, title: status === 'pass' ? run : `${run}\n${message}` }
  })
}
