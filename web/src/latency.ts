import type { ProbeResult } from '@queue-ops/server/contract'
import { took } from './age.ts'

/** `health_check p50 12 ms, p95 38 ms`: of the runs that got that far. Null when none did. */
export function latencyInWords(results: readonly ProbeResult[]): string | null {
  const durations = results
    .flatMap(({ steps }) => steps.filter(({ name, ok }) => ok && name === 'health_check'))
    .map(({ duration_ms }) => duration_ms)
    .toSorted((a, b) => a - b)
  const [p50, p95] = [rank(durations, 0.5), rank(durations, 0.95)]
  return p50 === null || p95 === null ? null : `health_check p50 ${took(p50)}, p95 ${took(p95)}`
}

/** The nearest rank: a duration that there was. */
function rank(sorted: readonly number[], part: number): number | null {
  return sorted[Math.ceil(part * sorted.length) - 1] ?? null
}
