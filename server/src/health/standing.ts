import type { HealthStatus } from '../contract.ts'

/** How a queue stands, whoever looks and when. */
export interface Standing {
  /** Null: not judged yet. */
  status: HealthStatus | null
  /** Since when it has this status, as far as was seen. */
  since: number
  summary: string
  /** When it was judged last. */
  judgedAt: number
}

/** What a look says of a queue. */
export interface Verdict {
  status: HealthStatus
  summary: string
  at: number
  /** Since when the checks that make it so have been as they are. */
  causedSince: number
  /** `nothing`: the store did not answer; `part`: it did not tell all; `too_short`: it has not been looked at for long enough. */
  lacks: 'nothing' | 'part' | 'too_short' | null
  /** Nobody takes the jobs that wait. */
  isIdle: boolean
}

/** What was once judged is believed so long while a part of what it takes to judge is missing. */
const BELIEVED_MS = 30_000

/**
 * Takes in what a look says. What cannot be judged goes on as it was judged last: a store that was away for a moment mends no
 * queue, and begins no new incident. A pure function.
 */
export function nextStanding(before: Standing | null, verdict: Verdict): Standing {
  const { status, summary, at, causedSince } = verdict
  if (isOpen(before, verdict)) return before?.status ? before : { status: null, since: at, summary, judgedAt: at }
  if (before?.status === status) return { ...before, summary, judgedAt: at }
  return { status, since: before?.status ? at : Math.min(causedSince, at), summary, judgedAt: at }
}

function isOpen(before: Standing | null, { status, at, lacks, isIdle }: Verdict): boolean {
  const wasDown = before?.status === 'down'
  if (lacks === 'nothing') return true
  if (status === 'down') return false
  if (lacks === 'part') return wasDown && at - before.judgedAt < BELIEVED_MS
  return lacks === 'too_short' && (wasDown || (isIdle && !before?.status))
}
