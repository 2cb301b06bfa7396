import { expect, test } from 'vitest'
import type { JobState } from '../contract.ts'
import { reportHealth } from './report.ts'
import type { Signals, StoreFile } from './rules/rule.ts'

const consumer = { name: 'exports', address: '127.0.0.1:5', connected_for_s: 3 }
const none: Record<JobState, number> = {
  waiting: 0,
  active: 0,
  delayed: 0,
  prioritized: 0,
  'waiting-children': 0,
  completed: 0,
  failed: 0,
}
const limits = { deadLetters: 50, waiting: 1000 }

function signals(seen: Partial<Signals> & { jobs?: Partial<Record<JobState, number>> } = {}): Signals {
  const { jobs, ...others } = seen
  return {
    queue: 'exports',
    observedAt: new Date('2026-11-23T08:00:00Z'),
    store: { kind: 'redis', reachable: true, latencyMs: 1.26, file: null },
    counts: { ...none, ...jobs },
    paused: false,
    consumers: [consumer],
    ...others,
  }
}

const statuses = (seen: Signals) =>
  Object.fromEntries(reportHealth(seen, limits).checks.map((check) => [check.name, check.status]))

test('a queue with a consumer and nothing wrong is operational', () => {
  expect(reportHealth(signals(), limits)).toMatchObject({
    healthy: true,
    status: 'operational',
    summary: 'The queue "exports" works: jobs are taken and finished.',
    observed_at: '2026-11-23T08:00:00.000Z',
    checks: [
      { name: 'queue_redis', ok: true, latency_ms: 1.3 },
      { name: 'worker_running', ok: true, running: true, consumers: 1 },
      { name: 'dlq_depth', ok: true, count: 0 },
      { name: 'queue_depth', ok: true, active: 0, waiting: 0 },
    ],
  })
})

test('the check of the store is named after its kind, and is vital whatever its name', () => {
  for (const kind of ['redis', 'sqlite', 'postgres'] as const) {
    expect(
      reportHealth(signals({ store: { kind, reachable: true, latencyMs: 1, file: null } }), limits).checks[0]?.name,
    ).toBe(`queue_${kind}`)
    const gone = signals({
      store: { kind, reachable: false, problem: null },
      counts: null,
      paused: null,
      consumers: null,
    })
    expect(reportHealth(gone, limits).status).toBe('down')
  }
})

const MB = 1024 * 1024
const file: StoreFile = {
  sqliteVersion: '3.53.0',
  sizeBytes: 20 * MB,
  logBytes: 4 * MB,
  freeBytes: 9000 * MB,
  clients: 2,
  integrity: null,
}
const looked = { checkedAt: new Date(0), damage: [], repairable: [] }
const files: [string, Partial<StoreFile>, string, string][] = [
  ['a file with room', {}, 'pass', 'answered in 1 ms.'],
  ['little room', { freeBytes: 400 * MB }, 'warn', 'only 400 MB are free'],
  ['no room', { freeBytes: 49 * MB }, 'fail', 'only 49 MB are free'],
  ['damage', { integrity: { ...looked, damage: ['Tree 4 page 7: …'] } }, 'fail', 'queue-ops store restore FILE'],
  ['wrong counts', { integrity: { ...looked, repairable: ['Queue a counts …'] } }, 'warn', 'queue-ops store repair'],
  ['a sound file', { integrity: looked }, 'pass', 'answered in 1 ms.'],
  ['a log that grows', { logBytes: 257 * MB }, 'warn', 'grown to 257 MB'],
]
for (const [title, change, status, told] of files) {
  test(`a SQLite store with ${title}: ${status}`, () => {
    const store = { kind: 'sqlite' as const, reachable: true as const, latencyMs: 1, file: { ...file, ...change } }
    const [seen] = reportHealth(signals({ store }), limits).checks
    expect(seen).toMatchObject({ name: 'queue_sqlite', status, size_bytes: 20 * MB, clients: 2 })
    expect(seen?.message).toContain(told)
  })
}

test('what a store says of itself is told', () => {
  const store = { kind: 'sqlite' as const, reachable: false as const, problem: 'the disk with the queue file is full' }
  const report = reportHealth(signals({ store, counts: null, paused: null, consumers: null }), limits)
  expect(report.checks[0]?.message).toBe('The queue store cannot be used: the disk with the queue file is full.')
})

test('without a consumer the queue is down', () => {
  const report = reportHealth(signals({ consumers: [] }), limits)
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  expect(report.summary).toBe(
    'The queue "exports" does not work: No consumer is connected: jobs wait until a worker is started.',
  )
})

test('a store that does not answer is one failure, and what depends on it is unknown', () => {
  const gone = signals({
    store: { kind: 'redis', reachable: false, problem: null },
    counts: null,
    paused: null,
    consumers: null,
  })
  expect(reportHealth(gone, limits)).toMatchObject({ healthy: false, status: 'down' })
  expect(statuses(gone)).toEqual({
    queue_redis: 'fail',
    worker_running: 'unknown',
    dlq_depth: 'unknown',
    queue_depth: 'unknown',
  })
  const worker = reportHealth(gone, limits).checks.find((check) => check.name === 'worker_running')
  expect(worker).toMatchObject({ running: null, consumers: null })
})

test('consumers that the store hides are unknown, neither there nor gone', () => {
  const report = reportHealth(signals({ consumers: 'unsupported' }), limits)
  expect(report).toMatchObject({ healthy: true, status: 'degraded' })
  expect(report.checks).toContainEqual(
    expect.objectContaining({ name: 'worker_running', status: 'unknown', running: null }),
  )
})

const deadLetters: [number, string, boolean][] = [
  [0, 'pass', true],
  [1, 'warn', true],
  [49, 'warn', true],
  [50, 'fail', false],
]
for (const [failed, status, healthy] of deadLetters) {
  test(`${failed} dead letters at a limit of 50: ${status}`, () => {
    const report = reportHealth(signals({ jobs: { failed } }), limits)
    expect(report).toMatchObject({ healthy, status: failed === 0 ? 'operational' : 'degraded' })
    expect(report.checks).toContainEqual(
      expect.objectContaining({ name: 'dlq_depth', status, count: failed, limit: 50 }),
    )
  })
}

test('prioritized jobs wait too', () => {
  expect(statuses(signals({ jobs: { waiting: 400, prioritized: 599 } }))).toMatchObject({ queue_depth: 'pass' })
  expect(statuses(signals({ jobs: { waiting: 400, prioritized: 600 } }))).toMatchObject({ queue_depth: 'fail' })
})

test('a paused queue is down as soon as a job waits in it', () => {
  const report = reportHealth(signals({ paused: true, jobs: { waiting: 3 } }), limits)
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  expect(report.summary).toContain('the queue is paused')
  expect(reportHealth(signals({ paused: true }), limits)).toMatchObject({ healthy: true, status: 'degraded' })
})
