import { CheckStatus, WatchedTarget, type ProbeResult } from '@queue-ops/server/contract'
import { z } from 'zod'
import { Course, noCourse } from '../incidents/take-result.ts'
import { Told } from '../incidents/what-to-tell.ts'
import { inMaintenance } from '../maintenance.ts'
import type { Target } from '../target.ts'

/** What the memory needs to know of a target. */
export type Remembered = Pick<Target, 'name' | 'intervalMs' | 'alert'>

/** What is kept of a target from run to run, and over a restart. */
export const TargetState = z.object({
  course: Course,
  /** By channel, of the incident that is open. */
  told: z.record(z.string(), Told),
  status: CheckStatus,
  since: z.iso.datetime().nullable(),
  lastPassAt: z.iso.datetime().nullable(),
  lastCanary: WatchedTarget.shape.last_canary,
  /** When there was last a result, milliseconds since 1970. */
  seenAt: z.number(),
})
export type TargetState = z.infer<typeof TargetState>

export const newState: TargetState = {
  course: noCourse,
  told: {},
  status: 'unknown',
  since: null,
  lastPassAt: null,
  lastCanary: null,
  seenAt: 0,
}

/** The state after one more result, apart from its course. */
export function withResult(before: TargetState, { status, time, canary_ms }: ProbeResult): TargetState {
  const isSame = before.status === status && before.since !== null
  return {
    ...before,
    status,
    since: isSame ? before.since : time,
    lastPassAt: status === 'pass' ? time : before.lastPassAt,
    lastCanary: canary_ms === null ? before.lastCanary : { time, canary_ms },
    seenAt: Date.parse(time),
  }
}

/** As it leaves the process. */
export function watchedTarget(
  target: Remembered,
  state: TargetState,
  last: ProbeResult | null,
  now: Date,
): WatchedTarget {
  return {
    name: target.name,
    interval_ms: target.intervalMs,
    status: state.status,
    since: state.since,
    last_result: last,
    last_pass_at: state.lastPassAt,
    last_canary: state.lastCanary,
    incident: state.course.incident,
    in_maintenance: inMaintenance(target.alert.maintenance, now),
  }
}
