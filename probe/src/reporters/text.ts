import type { ProbeResult } from '@queue-ops/server/contract'

const words = { pass: 'OK', warn: 'WARNING', fail: 'CRITICAL', unknown: 'UNKNOWN' } as const

/** One line for people, in the words of monitoring plugins; with the name of the target where there are several. */
export function textLine({ status, target, message, duration_ms }: ProbeResult, isAlone = true): string {
  const named = isAlone || message.startsWith(target) ? message : `${target}: ${message}`
  return `${words[status]} ${named} (${Math.round(duration_ms)} ms)`
}
