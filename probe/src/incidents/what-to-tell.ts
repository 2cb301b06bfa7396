import type { Incident } from '@queue-ops/server/contract'
import { z } from 'zod'

/**
 * What a channel can be told: that an incident is there, that it got worse, that it flaps, that it is still there, for
 * machines once more that it is there so that they do not forget it, and that it is over.
 */
export const TellingKind = z.enum(['fail', 'worse', 'flapping', 'reminder', 'refresh', 'resolve'])
export type TellingKind = z.infer<typeof TellingKind>

/** What a channel has been told of an incident so far. */
export const Told = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  severity: z.enum(['warn', 'fail']),
  flapping: z.boolean(),
})
export type Told = z.infer<typeof Told>

/** What a channel wants to know. */
export interface Wishes {
  /** Milder incidents are not told. */
  minSeverity: Incident['severity']
  /** Told as `refresh` after so long, also in maintenance; null for those who remember by themselves. */
  refreshMs: number | null
}

export interface Moment {
  now: number
  isMaintenance: boolean
  /** Null: once only. */
  reminderMs: number | null
}

const weight = { warn: 1, fail: 2 } as const

/**
 * What there is to tell a channel of an incident now, null for nothing. In maintenance nobody is woken; what is still
 * there at its end is told then. The end of what had been told is always told: it lets people sleep.
 */
export function whatToTell(incident: Incident, told: Told | null, wishes: Wishes, moment: Moment): TellingKind | null {
  if (incident.closed_at !== null) return told === null ? null : 'resolve'
  const isWanted = weight[incident.severity] >= weight[wishes.minSeverity]
  const silent = told === null ? Number.NaN : moment.now - told.at
  if (!moment.isMaintenance) {
    if (told === null) return isWanted ? 'fail' : null
    if (weight[incident.severity] > weight[told.severity]) return 'worse'
    if (incident.flapping && !told.flapping) return 'flapping'
    if (wishes.refreshMs === null && moment.reminderMs !== null && silent >= moment.reminderMs) return 'reminder'
  }
  return wishes.refreshMs !== null && silent >= wishes.refreshMs ? 'refresh' : null
}
