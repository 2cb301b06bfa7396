import type { QueueSnapshot } from '@queue-ops/server/contract'

/** The reason without what stands beside it anyway: `The queue "mail" works, with problems: ` before the problems. */
export function shortReason({ queue, reason }: QueueSnapshot): string {
  const start = `The queue "${queue}" `
  const colon = reason.indexOf(': ', start.length)
  return reason.startsWith(start) && colon > 0 ? reason.slice(colon + 2) : reason
}
