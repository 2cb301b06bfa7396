import type { ProbeStatus, QueueStatus, StatusEvent, StatusReport } from '@queue-ops/server/contract'

/** Why a poll brought no report: a clause for the banner, and the particulars. */
export interface Problem {
  what: string
  detail: string
}

/** What the probe adds when it serves the page. */
export type Watch = Omit<ProbeStatus, 'report'>

/** Everything the page knows: the last good answer, and how the attempts since then went. */
export interface Reading {
  report: StatusReport | null
  /** Null when the server serves its own page. */
  watch: Watch | null
  /** The last queue that was seen; older than `report` while the store is down. */
  queue: { status: QueueStatus; observedAt: string } | null
  /** Polls without a good answer since the last one. */
  missed: number
  problem: Problem | null
  /** How long there was between the last two reports, in milliseconds; null until there were two. */
  everyMs: number | null
  /** What to add to this computer's clock to get the server's. */
  clockAheadMs: number
}

export const nothingRead: Reading = {
  report: null,
  watch: null,
  queue: null,
  missed: 0,
  problem: null,
  everyMs: null,
  clockAheadMs: 0,
}

/** What is known with the HTML of the server. */
export function readingAtStart(status: StatusReport | null, clockAheadMs: number): Reading {
  return status ? afterAnswer(nothingRead, status, clockAheadMs) : { ...nothingRead, clockAheadMs }
}

export function afterAnswer(reading: Reading, { probe_results, ...said }: StatusEvent, clockAheadMs: number): Reading {
  // An event leaves them out when they are the same.
  const report = { ...said, probe_results: probe_results ?? reading.report?.probe_results ?? [] }
  const queue = report.queue ? { status: report.queue, observedAt: report.health.observed_at } : reading.queue
  return {
    report,
    watch: null,
    queue,
    missed: 0,
    problem: null,
    everyMs: pauseBetween(reading.report, report),
    clockAheadMs,
  }
}

/** After a hidden tab there is a long one, which says nothing of the next. */
const longestPauseMs = 5000

function pauseBetween(before: StatusReport | null, { health }: StatusReport): number | null {
  if (!before) return null
  return Math.min(longestPauseMs, Math.max(0, Date.parse(health.observed_at) - Date.parse(before.health.observed_at)))
}

/** A silent server leaves what was known of it; one that answers without a report has none. */
export function afterWatch(reading: Reading, { report: seen, ...watch }: ProbeStatus, clockAheadMs: number): Reading {
  const before = reading.watch?.target === watch.target ? reading : nothingRead
  const report = seen ?? (watch.silence === null ? null : before.report)
  const after = report === null ? { ...nothingRead, clockAheadMs } : afterAnswer(before, report, clockAheadMs)
  return { ...after, watch }
}

export function afterMiss(reading: Reading, problem: Problem): Reading {
  return { ...reading, missed: reading.missed + 1, problem }
}

/**
 * Whether who serves the page is gone. One missed poll is a hiccup and gets the banner; from the second on, what is shown no
 * longer counts as known.
 */
export function isUnheard(reading: Reading): boolean {
  return reading.missed >= 2
}

/** Whether what is shown of the server is of an earlier moment: nothing is heard, or the probe hears nothing. */
export function isLost(reading: Reading): boolean {
  return isUnheard(reading) || (reading.watch?.silence ?? null) !== null
}

/** The target that the page is about, when the probe serves it. */
export const watchedTarget = ({ watch }: Reading) => watch?.targets.find(({ name }) => name === watch.target) ?? null

/** Whether the counts, consumers and dead letters belong to an earlier moment than the rest of the page. */
export function isQueueOld(reading: Reading): boolean {
  return isLost(reading) || reading.report?.queue === null
}

/**
 * How far the server's clock is ahead, both in milliseconds. A Date header has whole seconds and an answer takes its time,
 * so less than two seconds is no difference; nor is a time that is none.
 */
export function clockAhead(theirs: number, now: number): number {
  const difference = theirs - now
  return Math.abs(difference) >= 2000 ? difference : 0
}
