import type { Incident, ProbeResult } from '@queue-ops/server/contract'

/** Whether nobody answered in a run; who answers something wrong is not silent. */
export function isSilent({ failed_step, reason }: ProbeResult): boolean {
  const isStart = failed_step === 'connect' || failed_step === 'tls' || failed_step === 'handshake'
  return isStart && (reason === 'unreachable' || reason === 'timeout')
}

/**
 * When the silence began that the newest results show, null when they show none. `results` are newest first; when all of them
 * are silent, the open incident knows more than they do.
 */
export function silentSince(results: readonly ProbeResult[], incident: Incident | null): string | null {
  const answered = results.findIndex((result) => !isSilent(result))
  const first = results.at(answered === -1 ? -1 : answered - 1)
  if (answered === 0 || first === undefined) return null
  const isOlder = answered === -1 && incident !== null && incident.opened_at < first.time
  return isOlder && (incident.reason === 'unreachable' || incident.reason === 'timeout')
    ? incident.opened_at
    : first.time
}
