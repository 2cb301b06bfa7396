import type { ProbeResult } from '@queue-ops/server/contract'

const words = { pass: 'OK', warn: 'WARNING', fail: 'CRITICAL', unknown: 'UNKNOWN' } as const

/** One line for people, in the words of monitoring plugins. */
export function textLine({ status, message, duration_ms }: ProbeResult): string {
  return `${words[status]} ${message} (${Math.round(duration_ms)} ms)`
}
