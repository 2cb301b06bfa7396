import type { ProbeResult } from '@queue-ops/server/contract'

/** One line for machines: exactly the ProbeResult of the contract. */
export function jsonLine(result: ProbeResult): string {
  return JSON.stringify(result)
}
