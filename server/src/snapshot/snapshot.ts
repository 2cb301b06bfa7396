import type { DeadLetter, FleetSnapshot, HealthReport, QueueStatus } from '../contract.ts'
import type { Judged } from '../health/report.ts'
import type { Fleet } from '../queue/fleet.ts'
import type { FleetReading } from '../queue/fleet-reading.ts'
import { describeQueue } from './describe-queue.ts'
import type { QueueHistory } from './queue-history.ts'
import { describeWorkers } from './worker-status.ts'

/** How everything is at one moment. */
export interface Snapshot {
  health: HealthReport
  /** Null when the store did not answer. */
  queue: QueueStatus | null
  /** The last good one when the store did not answer; null until it did for the first time. */
  fleet: FleetSnapshot | null
}

/** What was seen for a snapshot. */
export interface Seen {
  judged: readonly [Judged, ...Judged[]]
  /** Null when the store did not answer. */
  reading: FleetReading | null
  deadLetters: DeadLetter[] | null
}

export type Histories = ReadonlyMap<string, QueueHistory>

type Consumers = Pick<Fleet, 'consumersOf'>

/** The table of all queues, without its place in the sequence. */
export function describeFleet(
  before: Histories,
  { judged, reading }: Seen & { reading: FleetReading },
  consumers: Consumers,
): { histories: Histories; fleet: Omit<FleetSnapshot, 'sequence'> } {
  const at = reading.at.getTime()
  const healthOf = (queue: string) => judged.find(({ signals }) => signals.queue === queue) ?? null
  const described = [...reading.queues].flatMap(([queue, read]) => {
    if (read instanceof Error) return []
    const connected = consumers.consumersOf(queue, reading)?.length ?? null
    const seen = { queue, reading: read, consumers: connected, health: healthOf(queue) }
    return [{ queue, ...describeQueue(before.get(queue), seen, at) }]
  })
  const unread = [...reading.queues].flatMap(([queue, read]) =>
    read instanceof Error
      ? [{ queue, reason: 'Its jobs cannot be counted: a key holds something else, or this user may not read it.' }]
      : [],
  )
  return {
    histories: new Map(described.map(({ queue, history }) => [queue, history])),
    fleet: {
      taken_at: reading.at.toISOString(),
      store_reachable: true,
      queues: described.map(({ row }) => row),
      ...(unread.length > 0 && { unread }),
    },
  }
}

/** The queue of the exports as the report that is told with it has it. */
export function describeMain({ judged: [main], reading, deadLetters }: Seen): QueueStatus | null {
  const { counts, paused, consumers, workers } = main.signals
  if (!counts || paused === null || consumers === null || !reading || !deadLetters) return null
  return {
    counts,
    paused,
    consumers: consumers === 'unsupported' ? [] : consumers,
    workers: Array.isArray(workers) ? describeWorkers(workers) : null,
    dead_letters: deadLetters,
  }
}

/** What makes a snapshot another one than that before: not its age, nor ages in it. */
export function essenceOf({ health, queue, fleet }: Omit<Snapshot, 'fleet'> & { fleet: object | null }): string {
  const checks = [...health.checks, ...(health.queues ?? []).flatMap(({ checks }) => checks)]
  const ages = ['taken_at', 'oldest_waiting_s', 'sequence', 'heartbeat_age_s', 'event_loop_delay_ms', 'connected_for_s']
  const withoutAges = (key: string, value: unknown) => (ages.includes(key) ? undefined : value)
  return JSON.stringify([health.summary, checks.map(({ name, status }) => [name, status]), queue, fleet], withoutAges)
}
