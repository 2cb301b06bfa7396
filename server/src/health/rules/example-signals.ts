import type { JobState } from '../../contract.ts'
import type { ActiveJob, QueueFacts, RedisFacts, StoreFacts } from '../../queue/queue-facts.ts'
import type { CanaryState, Heartbeat, Signals, Trend } from './signals.ts'

/** The moment of all examples. */
export const NOW = Date.parse('2026-11-24T09:00:00Z')

const S = 1000
const MB = 1024 * 1024

const noJobs: Record<JobState, number> = {
  waiting: 0,
  active: 0,
  delayed: 0,
  prioritized: 0,
  'waiting-children': 0,
  completed: 0,
  failed: 0,
}

export const quietTrend: Trend = {
  coversMs: 600 * S,
  stillMs: 0,
  withoutConsumersMs: 0,
  sinceEmptyMs: null,
  unchangedMs: new Map(),
  withoutLockMs: new Map(),
  failing: null,
  stalled: null,
  backlog: { growthPerMinute: 0, finishedPerMinute: 0 },
  finished: { completed: 0, failed: 0 },
  evictedKeys: 0,
  latencyMs: 1,
  before: new Map(),
}

export const quietFacts: QueueFacts = {
  unread: {},
  oldestWaiting: null,
  nextDelayedAt: null,
  active: [],
  deadLetters: { oldestAt: null, newestAt: null, inFiveMinutes: 0 },
  totals: { completed: 0, failed: 0 },
  schedulers: { count: 0, first: null },
  pausedAt: null,
  holds: { concurrency: null, limitedUntil: null },
  retried: [],
  stranded: null,
  done: { newest: null, vanished: 0 },
  movement: 'a',
}

export const goodRedis: RedisFacts = {
  version: '7.0.15',
  role: 'master',
  loading: false,
  evictionPolicy: 'noeviction',
  usedBytes: 10 * MB,
  maxBytes: null,
  evictedKeys: 0,
  persistence: { aof: true, healthy: true, none: false },
  masterLinkUp: null,
}

export const aWorker: Heartbeat = {
  worker: 'aaaaaaaa-1',
  host: 'secret-host',
  pid: 4711,
  version: '0.1.0',
  startedAt: NOW - 3600 * S,
  concurrency: 2,
  jobs: [],
  eventLoopDelayMs: 5,
  lastTakenAt: null,
  lastFinishedAt: null,
  folder: { freeBytes: 9000 * MB, problem: null },
  clockAheadMs: 3,
  ageMs: 700,
}

export const aJob: ActiveJob = {
  id: '7',
  name: 'export',
  startedAt: NOW - 10 * S,
  locked: true,
  stalledCount: 0,
  attemptsStarted: 1,
  attemptsFailed: 0,
  progress: '0',
}

export const canaryBack: CanaryState = {
  sentAt: NOW - 10 * S,
  finishedAt: NOW - 10 * S,
  roundTripMs: 20,
  pendingSince: null,
}

/** What an example differs by from a queue that is idle and well. */
export interface Differences extends Partial<Omit<Signals, 'counts' | 'facts' | 'trend' | 'store'>> {
  jobs?: Partial<Record<JobState, number>>
  counts?: null
  facts?: Partial<QueueFacts> | 'unsupported' | null
  trend?: Partial<Trend>
  redis?: Partial<RedisFacts> | null
  storeFacts?: Partial<StoreFacts> | null
  store?: Signals['store']
}

/** Signals of a queue on Redis that is idle and well, except for the differences. */
export function example(differences: Differences = {}): Signals {
  const { jobs, facts, trend, redis, storeFacts, ...others } = differences
  const ofRedis = redis === null ? null : { ...goodRedis, ...redis }
  const ofStore = storeFacts === null ? null : { nowMs: NOW, writeProblem: null, redis: ofRedis, ...storeFacts }
  return {
    queue: 'exports',
    kind: 'exports',
    observedAt: new Date(NOW),
    store: { kind: 'redis', reachable: true, latencyMs: 1, file: null, facts: ofStore },
    counts: { ...noJobs, ...jobs },
    paused: false,
    consumers: [{ name: 'exports', address: '10.0.0.5:4711', connected_for_s: 3600 }],
    facts: facts === null || facts === 'unsupported' ? facts : { ...quietFacts, ...facts },
    workers: [aWorker],
    canary: canaryBack,
    trend: { ...quietTrend, ...trend },
    ...others,
  }
}

/** Jobs wait, the oldest for so long. */
export const waitingFor = (
  ageS: number,
  waiting = 3,
): Required<Pick<Differences, 'jobs'>> & { facts: Partial<QueueFacts> } => ({
  jobs: { waiting },
  facts: { oldestWaiting: { id: '8', readyAt: NOW - ageS * S } },
})

/** A worker with all its slots in use. */
export const busyWorker: Heartbeat = {
  ...aWorker,
  jobs: [
    { id: '1', since: NOW - 60 * S },
    { id: '2', since: NOW - 60 * S },
  ],
}

/** The store does not answer. */
export const gone: Differences = {
  store: { kind: 'redis', reachable: false, problem: null },
  counts: null,
  paused: null,
  consumers: null,
  facts: null,
  workers: null,
  canary: null,
}

/** A queue of another application, whose workers tell us nothing. */
export const foreign: Differences = { kind: 'watched', queue: 'mail', workers: 'unsupported', canary: 'unsupported' }
