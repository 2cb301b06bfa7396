import { type Command } from './redis-commands.ts'
import type { FoundEvents } from './redis-events.ts'

/** What tells of a job in line since when it is there. */
export interface InLine {
  id: string
  lifo: boolean
  /** When it could be taken at the earliest if it has never been taken: its delay is over. */
  due: number
  /** It was taken before, or given a turn before its time: then only the events know since when it is in line. */
  hasPast: boolean
  /** Since when it cannot have been in line before, for one with a past. */
  notBefore: number
  /** Attempts that have failed. */
  failed: number
  /** When it was taken last, null when never. */
  takenAt: number | null
}

const FIELDS = ['timestamp', 'opts', 'processedOn', 'atm', 'ats', 'stc'] as const

export const inLineCommand = (jobKey: string): Command => ['hmget', jobKey, ...FIELDS]

/** Makes sense of the answer to {@link inLineCommand}; null when the job is gone or was not read. */
export function readInLine(id: string, answer: unknown, now: number): InLine | null {
  const [timestamp, opts, processedOn, ...attempts] = (answer ?? []) as (string | null)[]
  if (timestamp === null || timestamp === undefined) return null
  const options = optionsIn(opts ?? '{}')
  const due = Number(timestamp) + Math.max(Number(options.delay ?? 0), 0)
  const wasTaken = attempts.some((count) => Number(count ?? 0) > 0)
  const attemptsMade = Number(attempts[0] ?? 0)
  return {
    id,
    lifo: options.lifo === true,
    due,
    hasPast: wasTaken || due > now,
    notBefore: processedOn ? Number(processedOn) + backoffMs(options.backoff, attemptsMade) : Number(timestamp),
    failed: attemptsMade,
    takenAt: processedOn ? Number(processedOn) : null,
  }
}

/**
 * Since when a job is in line. One with a past was put there by the event that tells so, and if that event is no longer
 * among the newest, before all of those.
 */
export function readyAt(job: InLine, { waitingSince, lookedBackTo }: FoundEvents): number {
  if (!job.hasPast) return job.due
  return waitingSince.get(job.id) ?? Math.max(job.notBefore, lookedBackTo ?? 0)
}

interface Options {
  delay?: number
  lifo?: boolean
  backoff?: number | { type?: string; delay?: number; jitter?: number }
}

function optionsIn(text: string): Options {
  try {
    return JSON.parse(text) as Options
  } catch {
    // Other programs write it too.
    return {}
  }
}

/** The shortest pause that BullMQ makes before it tries again; 0 for a strategy that only the worker knows. */
function backoffMs(backoff: Options['backoff'], attemptsMade: number): number {
  if (attemptsMade === 0 || backoff === undefined || backoff === null) return 0
  const { type = 'fixed', delay = 0, jitter = 0 } = typeof backoff === 'number' ? { delay: backoff } : backoff
  if (type === 'fixed') return delay * (1 - jitter)
  return type === 'exponential' ? 2 ** (attemptsMade - 1) * delay * (1 - jitter) : 0
}
