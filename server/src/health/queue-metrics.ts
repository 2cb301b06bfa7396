import type { CheckStatus } from '../contract.ts'
import type { FactPart } from '../queue/queue-facts.ts'
import type { Judged } from './report.ts'
import { known, tells } from './rules/rule.ts'
import type { Heartbeat } from './rules/signals.ts'

/** One value of a metric: a queue's, with what else tells it apart. */
export interface Sample {
  labels: Record<string, string>
  value: number
}

/** A metric that can be read off the last look. What is not known has no sample, which is not the same as 0. */
export interface QueueMetric {
  name: string
  help: string
  type: 'gauge' | 'counter'
  labels: readonly string[]
  /** `store`: the same for all queues, so of the first alone. */
  of: 'store' | 'queue'
  read(judged: Judged): (Sample | null)[]
}

type Value = number | boolean | null | undefined

const sample = (value: Value, labels: Record<string, string> = {}): Sample | null =>
  value === null || value === undefined ? null : { labels, value: Number(value) }

const seconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? 0 : ms / 1000)
/** When this part of them was read. */
const factsOf = ({ signals: { facts } }: Judged, part: FactPart) => (tells(facts, part) ? facts : null)
const storeOf = ({ signals: { store } }: Judged) => (store.reachable ? store : null)
const redisOf = (judged: Judged) => storeOf(judged)?.facts?.redis ?? null
const workersOf = ({ signals: { workers } }: Judged) => (known(workers) ? workers : null)

/** As monitoring plugins number them. */
const statusNumber: Record<CheckStatus, number> = { pass: 0, warn: 1, fail: 2, unknown: 3 }

type Definition = Omit<QueueMetric, 'name' | 'help'>

const gauge = (read: (judged: Judged) => Value): Definition => ({
  type: 'gauge',
  labels: [],
  of: 'queue',
  read: (judged) => [sample(read(judged))],
})
const counter = (read: (judged: Judged) => Value): Definition => ({ ...gauge(read), type: 'counter' })
const ofStore = (read: (judged: Judged) => Value): Definition => ({ ...gauge(read), of: 'store' })
const perLabel = (label: string, read: (judged: Judged) => [string, Value][] | null): Definition => ({
  type: 'gauge',
  labels: [label],
  of: 'queue',
  read: (judged) => (read(judged) ?? []).map(([name, value]) => sample(value, { [label]: name })),
})

const metric = (name: string, help: string, definition: Definition): QueueMetric => ({ name, help, ...definition })

/** Every metric of the server that comes from the looks. Times are moments, so that an age is never stale. */
export const queueMetrics: readonly QueueMetric[] = [
  metric(
    'queue_ops_jobs',
    'Jobs by state.',
    perLabel('state', ({ signals: { counts } }) => counts && Object.entries(counts)),
  ),
  metric(
    'queue_ops_jobs_completed_total',
    'Jobs that were completed.',
    counter((j) => factsOf(j, 'totals')?.totals?.completed),
  ),
  metric(
    'queue_ops_jobs_failed_total',
    'Jobs that failed for good.',
    counter((j) => factsOf(j, 'totals')?.totals?.failed),
  ),
  metric(
    'queue_ops_oldest_waiting_timestamp_seconds',
    'Since when the oldest waiting job could be taken; 0: none waits.',
    gauge((j) => factsOf(j, 'line') && seconds(factsOf(j, 'line')?.oldestWaiting?.readyAt)),
  ),
  metric(
    'queue_ops_oldest_active_timestamp_seconds',
    'When the oldest active job was taken; 0: none is active.',
    gauge((j) => factsOf(j, 'active') && seconds(oldestActive(j))),
  ),
  metric(
    'queue_ops_oldest_dead_letter_timestamp_seconds',
    'When the oldest dead letter failed; 0: there is none.',
    gauge((j) => factsOf(j, 'deadLetters') && seconds(factsOf(j, 'deadLetters')?.deadLetters.oldestAt)),
  ),
  metric(
    'queue_ops_newest_dead_letter_timestamp_seconds',
    'When the newest dead letter failed; 0: there is none.',
    gauge((j) => factsOf(j, 'deadLetters') && seconds(factsOf(j, 'deadLetters')?.deadLetters.newestAt)),
  ),
  metric(
    'queue_ops_dead_letters_recent',
    'Jobs that became dead letters in the last five minutes.',
    gauge((j) => factsOf(j, 'deadLetters')?.deadLetters.inFiveMinutes),
  ),
  metric(
    'queue_ops_active_jobs_without_lock',
    'Active jobs whose worker is dead, frozen or blocked.',
    gauge((j) => factsOf(j, 'active')?.active.filter(({ locked }) => !locked).length),
  ),
  metric(
    'queue_ops_queue_paused',
    'Whether the queue is paused.',
    gauge(({ signals: { paused } }) => paused),
  ),
  metric(
    'queue_ops_canary_last_success_timestamp_seconds',
    'When a canary came through last; 0: none yet.',
    gauge(({ signals: { canary } }) => (known(canary) ? seconds(canary.finishedAt) : null)),
  ),
  metric('queue_ops_consumers', 'Consumers that are connected.', gauge(connected)),
  metric('queue_ops_workers', 'Workers by what their heartbeats say.', perLabel('state', workerStates)),
  metric(
    'queue_ops_consumer_event_loop_lag_seconds',
    'The longest time that the event loop of a worker was held.',
    gauge((j) => worst(j, ({ eventLoopDelayMs }) => eventLoopDelayMs)),
  ),
  metric(
    'queue_ops_clock_skew_seconds',
    'How far the clock of a worker is from that of the store, the worst.',
    gauge((j) => worst(j, ({ clockAheadMs }) => Math.abs(clockAheadMs))),
  ),
  metric('queue_ops_export_folder_free_bytes', 'Room where workers make exports, the least.', gauge(leastRoom)),
  metric(
    'queue_ops_scheduler_next_run_timestamp_seconds',
    'When the first scheduler is due; 0: there is none.',
    gauge((j) => factsOf(j, 'schedulers') && seconds(factsOf(j, 'schedulers')?.schedulers.first?.nextRunAt)),
  ),
  metric(
    'queue_ops_healthy',
    'Whether every check of the queue is ok.',
    gauge(({ ofStore, ofQueue }) => [...ofStore, ...ofQueue].every(({ check }) => check.ok)),
  ),
  metric(
    'queue_ops_check_status',
    'Of each check: 0 pass, 1 warn, 2 fail, 3 unknown.',
    perLabel('check', ({ ofQueue }) => ofQueue.map(({ check }) => [check.name, statusNumber[check.status]])),
  ),
  metric('queue_ops_store_check_status', 'Of each check of the store: 0 pass, 1 warn, 2 fail, 3 unknown.', {
    ...perLabel('check', ({ ofStore }) => ofStore.map(({ check }) => [check.name, statusNumber[check.status]])),
    of: 'store',
  }),
  metric(
    'queue_ops_store_up',
    'Whether the queue store answers.',
    ofStore(({ signals: { store } }) => store.reachable),
  ),
  metric(
    'queue_ops_store_writable',
    'Whether the queue store takes writes.',
    ofStore((j) => storeOf(j)?.facts && storeOf(j)?.facts?.writeProblem === null),
  ),
  metric(
    'queue_ops_store_latency_seconds',
    'How long the queue store took for the last look.',
    ofStore((j) => storeOf(j) && seconds(storeOf(j)?.latencyMs)),
  ),
  metric(
    'queue_ops_store_policy_noeviction',
    'Whether Redis keeps all keys when memory is short.',
    ofStore((j) => (redisOf(j)?.evictionPolicy ? redisOf(j)?.evictionPolicy === 'noeviction' : null)),
  ),
  metric(
    'queue_ops_store_used_memory_bytes',
    'Memory that Redis uses.',
    ofStore((j) => redisOf(j)?.usedBytes),
  ),
  metric(
    'queue_ops_store_max_memory_bytes',
    'Limit of the memory of Redis; 0: none.',
    ofStore((j) => redisOf(j) && (redisOf(j)?.maxBytes ?? 0)),
  ),
]

function oldestActive(judged: Judged): number | null {
  const started = (factsOf(judged, 'active')?.active ?? []).flatMap(({ startedAt }) =>
    startedAt === null ? [] : [startedAt],
  )
  return started.length > 0 ? Math.min(...started) : null
}

function connected({ signals: { consumers } }: Judged): number | null {
  return known(consumers) ? consumers.length : null
}

function leastRoom(judged: Judged): number | null {
  const rooms = livingOf(judged).flatMap(({ folder }) => folder.freeBytes ?? [])
  return rooms.length > 0 ? Math.min(...rooms) : null
}

/** One that is silent for longer than three of its heartbeats is stale. */
const STALE_MS = 6000

const livingOf = (judged: Judged) => (workersOf(judged) ?? []).filter(({ ageMs }) => ageMs < STALE_MS)

function workerStates(judged: Judged): [string, number][] | null {
  const workers = workersOf(judged)
  if (!workers) return null
  const living = livingOf(judged)
  const consuming = living.filter(({ jobs }) => jobs.length > 0).length
  return [
    ['consuming', consuming],
    ['idle', living.length - consuming],
    ['stale', workers.length - living.length],
  ]
}

function worst(judged: Judged, read: (worker: Heartbeat) => number): number | null {
  const workers = livingOf(judged)
  return workers.length > 0 ? Math.max(...workers.map(read)) / 1000 : null
}
