import { known } from './rule.ts'
import type { Limits } from './limits.ts'
import type { Heartbeat, Signals } from './signals.ts'

/** What the heartbeats say of those who consume. */
export interface Workers {
  /** Those that have said lately that they live. */
  living: Heartbeat[]
  /** Those that have stopped saying so, without a goodbye. */
  silent: Heartbeat[]
  /** How many jobs the living ones could take at this moment. */
  freeSlots: number
  slots: number
}

/** Null when the workers of this queue write no heartbeats, or these could not be read. */
export function workersOf({ workers }: Signals, { heartbeatS }: Limits): Workers | null {
  if (!known(workers)) return null
  const isLiving = ({ ageMs }: Heartbeat) => ageMs < heartbeatS * 1000
  const living = workers.filter(isLiving)
  const slots = living.reduce((sum, { concurrency }) => sum + concurrency, 0)
  const busy = living.reduce((sum, { jobs, concurrency }) => sum + Math.min(jobs.length, concurrency), 0)
  return { living, silent: workers.filter((worker) => !isLiving(worker)), freeSlots: slots - busy, slots }
}

/**
 * Whether nothing can be taken because living workers have their hands full, which is no fault of theirs. Null when that
 * cannot be known. A job that is in hand for too long is the business of `active_jobs`.
 */
export function allSlotsInUse(signals: Signals, limits: Limits): boolean | null {
  const workers = workersOf(signals, limits)
  return workers && workers.slots > 0 && workers.freeSlots <= 0
}

/** Jobs that could be taken. */
export const waitingJobs = ({ counts }: Signals): number => (counts ? counts.waiting + counts.prioritized : 0)

/** Enough of the id to tell workers apart in a sentence. */
export const shortName = ({ worker }: Heartbeat) => worker.slice(0, 8)
