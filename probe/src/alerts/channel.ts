import type { ProbeAlert } from '@queue-ops/server/contract'
import { z } from 'zod'
import type { Wishes } from '../incidents/what-to-tell.ts'

/** A POST that is to be made. */
export interface AlertRequest {
  url: string
  headers: Record<string, string>
  body: string
}

/** Of one delivery: the same over all its attempts, but for the time. */
export interface Delivery {
  id: string
  now: Date
}

/** Somebody who is told of incidents. */
export interface Channel {
  name: string
  wishes: Wishes
  /** The targets that it is told of, null for all. */
  targets: readonly string[] | null
  /** How the alert is told. Rejects with OwnFault when a file with a secret cannot be read. */
  request(alert: ProbeAlert, delivery: Delivery): Promise<AlertRequest>
}

/** What every entry under `alerts` may have. */
export const shared = {
  name: z.string().min(1).max(60).optional(),
  min_severity: z.enum(['warn', 'fail']).default('warn'),
  targets: z.array(z.string().min(1)).min(1).optional(),
}

type Shared = { type: string } & z.output<z.ZodObject<typeof shared>>

/** A channel with what is the same for all kinds. One without a name is called by its type. */
export function channel(settings: Shared, request: Channel['request'], refreshMs: number | null = null): Channel {
  return {
    name: settings.name ?? settings.type,
    wishes: { minSeverity: settings.min_severity, refreshMs },
    targets: settings.targets ?? null,
    request,
  }
}
