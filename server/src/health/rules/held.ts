import { tells } from './rule.ts'
import type { Limits } from './limits.ts'
import type { Signals } from './signals.ts'
import { lasting } from './words.ts'
import { allSlotsInUse } from './workers.ts'

/** Why it is right that nothing is taken, as the end of a sentence, and what to do when that is so for too long. */
export interface Held {
  why: string
  action: string
}

/**
 * What keeps jobs from being taken though nothing is broken: living workers that have their hands full, the queue's global
 * concurrency while so many jobs are active under a lock that somebody renews, or a rate limit that is in force. Null when
 * nothing of the kind is known. A job that is in hand for too long is the business of `active_jobs`.
 */
export function heldBy(signals: Signals, limits: Limits): Held | null {
  if (allSlotsInUse(signals, limits)) {
    return { why: 'all slots are in use by workers that live', action: 'Add workers, or raise their concurrency.' }
  }
  return heldBySettings(signals)
}

/** More active jobs than these are not looked at. */
const SEEN = 100

function heldBySettings({ facts, observedAt }: Signals): Held | null {
  if (!tells(facts, 'holds', 'active')) return null
  const { concurrency, limitedUntil } = facts.holds
  const atWork = facts.active.filter(({ locked }) => locked).length
  if (concurrency !== null && atWork >= Math.min(concurrency, SEEN)) {
    const why = `the queue is at its global concurrency of ${concurrency}`
    return { why, action: 'Raise the global concurrency if more may be done at a time.' }
  }
  const leftMs = (limitedUntil ?? 0) - observedAt.getTime()
  if (leftMs <= 0) return null
  return {
    why: `a rate limit holds it for ${lasting(leftMs)} more`,
    action: 'Raise the rate limit, or send fewer jobs.',
  }
}
