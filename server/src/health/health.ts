import type { Queue } from 'bullmq'
import type { HealthReport } from '../contract.ts'
import type { Store } from '../queue/store.ts'
import { reportHealth } from './report.ts'
import type { Limits, Signals } from './rules/rule.ts'
import { gatherSignals } from './signals.ts'

/** Several monitors and pages ask at once; what is at most this old is told again instead of read again. */
const FRESH_MS = 1000

/** What was seen, and what it means. */
export interface Snapshot {
  signals: Signals
  report: HealthReport
}

/** Reads the health of one queue: at most once a second, and once for all who ask at the same time. */
export interface Health {
  snapshot(): Promise<Snapshot>
}

/** @param queue opened for this alone, see {@link gatherSignals} */
export function createHealth(store: Store, queue: Queue, limits: Limits): Health {
  let latest: { promise: Promise<Snapshot>; askedAt: number } | undefined
  return {
    snapshot() {
      const now = Date.now()
      if (!latest || now - latest.askedAt > FRESH_MS) {
        const promise = gatherSignals(store, { queue, kind: 'exports' }).then((signals) => ({
          signals,
          report: reportHealth(signals, limits),
        }))
        latest = { promise, askedAt: now }
      }
      return latest.promise
    },
  }
}
