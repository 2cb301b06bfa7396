import type { QueueSnapshot } from '../contract.ts'
import type { Judged } from '../health/report.ts'
import { perMinute } from '../operations/per-minute.ts'
import type { QueueReading } from '../queue/fleet-reading.ts'
import { ratesOf, takeCounts, takeMotion, type QueueHistory } from './queue-history.ts'

/** What there is to know of a queue at one moment. */
export interface SeenQueue {
  queue: string
  reading: QueueReading
  /** Null: not known. */
  consumers: number | null
  /** What health says of it; null when its health is not watched. */
  health: Judged | null
}

/** A queue without movement for so long is not consumed; only where its health is not watched, which has limits for that. */
const STILL_MS = 30_000

/** Describes a queue for the table of all. A pure function. */
export function describeQueue(
  before: QueueHistory | undefined,
  seen: SeenQueue,
  at: number,
): { history: QueueHistory; row: QueueSnapshot } {
  const { reading } = seen
  const waiting = reading.counts.waiting + reading.counts.prioritized
  const waits = waiting > 0 && !reading.paused
  const totals = totalsOf(seen)
  const last = before?.counted.at(-1)
  const completedMore =
    totals !== null && typeof last?.completedTotal === 'number' && totals.completed > last.completedTotal
  const history: QueueHistory = {
    ...takeMotion(before, { at, movement: reading.movement, waits }),
    counted: takeCounts(before?.counted ?? [], {
      at,
      failed: reading.counts.failed,
      completedTotal: totals && totals.completed,
      finishedTotal: totals && totals.completed + totals.failed,
    }),
    lastSuccessAt: latest(before?.lastSuccessAt ?? null, reading.newestCompletedAt, completedMore ? at : null),
  }
  return { history, row: rowOf(seen, history, at, waits) }
}

function rowOf(seen: SeenQueue, history: QueueHistory, at: number, waits: boolean): QueueSnapshot {
  const { queue, reading, consumers, health } = seen
  const { oldestWaitingAt } = reading
  const rates = ratesOf(history.counted)
  return {
    queue,
    status: health?.standing.status ?? null,
    reason: health?.standing.summary ?? sentenceOf(seen),
    since: health?.standing.status ? iso(health.standing.since) : null,
    paused: reading.paused,
    counts: reading.counts,
    oldest_waiting_s: oldestWaitingAt === null ? null : Math.max(0, Math.round((at - oldestWaitingAt) / 1000)),
    dead_letters_per_min: rates.deadLettersPerMinute,
    per_minute: rates.finishedPerMinute ?? (isOurs(seen) ? null : countedByWorkers(reading, at)),
    consumers,
    consuming: waits ? isConsumed(seen, history, at) : null,
    last_success_at: history.lastSuccessAt === null ? null : iso(history.lastSuccessAt),
  }
}

const iso = (at: number) => new Date(at).toISOString()

const isOurs = ({ health }: SeenQueue) => health?.signals.kind === 'exports'

const latest = (...times: (number | null)[]): number | null =>
  times.reduce((newest, time) => (time !== null && (newest === null || time > newest) ? time : newest), null)

/** What workers have counted; of our own queue without canaries, which health takes out. */
function totalsOf(seen: SeenQueue): { completed: number; failed: number } | null {
  const { minutes } = seen.reading
  if (!isOurs(seen)) return minutes && { completed: minutes.completed.meta.count, failed: minutes.failed.meta.count }
  const facts = seen.health?.signals.facts
  return typeof facts === 'object' ? (facts?.totals ?? null) : null
}

function countedByWorkers({ minutes }: QueueReading, at: number): number | null {
  if (!minutes) return null
  const rates = [perMinute(minutes.completed, at), perMinute(minutes.failed, at)]
  return rates.every((rate) => rate === null) ? null : rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0)
}

/** That nothing stands still is no proof while nobody is there to take a job. */
function isConsumed({ reading, health, consumers }: SeenQueue, history: QueueHistory, at: number): boolean | null {
  const check = health?.ofQueue.find(({ check }) => check.name === 'progress')?.check
  if (check) {
    if (check.status === 'unknown' || (check.status === 'pass' && consumers === 0)) return null
    return check.status === 'pass'
  }
  if (history.movement === null || history.stillSince === null) return null
  if (history.stillSince > history.watchedSince && at - history.stillSince < STILL_MS)
    return consumers === 0 ? null : true
  return at - history.stillSince >= STILL_MS && reading.counts.active === 0 ? false : null
}

/** Of a queue whose health is not watched: what is seen of it, without a judgement. */
function sentenceOf({ reading: { counts, paused }, consumers }: SeenQueue): string {
  const waiting = counts.waiting + counts.prioritized
  const parts = [
    ...(paused ? ['it is paused'] : []),
    ...(consumers === 0 && waiting > 0 ? ['nobody consumes it'] : []),
    `${waiting} ${waiting === 1 ? 'job waits' : 'jobs wait'}`,
    ...(counts.failed > 0 ? [`${counts.failed} dead ${counts.failed === 1 ? 'letter' : 'letters'}`] : []),
  ]
  return `Its health is not watched (QUEUES does not name it): ${parts.join(', ')}.`
}
