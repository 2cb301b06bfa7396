import type { WatchedTarget } from '@queue-ops/server/contract'
import type { Wellness } from '../alerts/heartbeat.ts'
import type { Message } from '../alerts/message.ts'

/** Without a result for so many intervals, and a minute for a run that takes long, a target is not being probed. */
const MISSED_INTERVALS = 3
const GRACE_MS = 60_000
/** An alert that nobody could be told for so long is a trouble of its own. */
const UNDELIVERED_MS = 300_000

/** Whether a target has not been probed when it should have been, `startedAt` being when the probe began. */
export function isOverdue({ interval_ms, last_result }: WatchedTarget, startedAt: Date, now: Date): boolean {
  const last = Math.max(startedAt.getTime(), last_result === null ? 0 : Date.parse(last_result.time))
  return now.getTime() - last > MISSED_INTERVALS * interval_ms + GRACE_MS
}

/**
 * What the heartbeat is to say: well is that every target is probed, none has an incident outside of maintenance, and every
 * alert arrives.
 */
export function wellnessOf(
  targets: readonly WatchedTarget[],
  undelivered: readonly Message[],
  startedAt: Date,
  now: Date,
): Wellness {
  const overdue = targets.find((target) => isOverdue(target, startedAt, now))
  if (overdue !== undefined) return { trouble: `${overdue.name} is not being probed` }
  const ill = targets.find(({ incident, in_maintenance }) => incident !== null && !in_maintenance)
  if (ill !== undefined) return { trouble: `${ill.name}: ${ill.incident?.message ?? ''}` }
  const late = undelivered.find(({ createdAt }) => now.getTime() - createdAt > UNDELIVERED_MS)
  if (late !== undefined) return { trouble: `alerts to ${late.channel} cannot be delivered` }
  return targets.some(({ last_result }) => last_result === null) ? 'not known' : 'well'
}
