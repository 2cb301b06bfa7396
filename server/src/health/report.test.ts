import { expect, test } from 'vitest'
import { judgeLook, reportHealth, type Judged, type Maintenance } from './report.ts'
import { aWorker, example, foreign, gone, NOW, waitingFor, type Differences } from './rules/example-signals.ts'
import { defaultLimits } from './rules/limits.ts'
import { queueRules, storeRules } from './rules/list.ts'
import type { StoreFile } from './rules/signals.ts'
import { nothingSeen } from './trend.ts'

/** Of one look after the start, with what it takes to be believed at once. */
function judged(differences: Differences = {}, maintenance: Maintenance[] = []): Judged {
  const withoutConsumersS = { warn: 0, fail: 0 }
  const settings = { limits: { ...defaultLimits, withoutConsumersS }, maintenance }
  return judgeLook(nothingSeen, example(differences), settings).judged
}

const reported = (differences: Differences = {}) => reportHealth(judged(differences))

const statuses = (differences: Differences) =>
  Object.fromEntries(reported(differences).checks.map((check) => [check.name, check.status]))

test('a queue with a consumer and nothing wrong is operational, and says since when', () => {
  const report = reported()
  expect(report).toMatchObject({
    healthy: true,
    status: 'operational',
    summary: 'The queue "exports" works: jobs are taken and finished.',
    queue: 'exports',
    observed_at: '2026-11-24T09:00:00.000Z',
  })
  expect(report.checks.map(({ name }) => name)).toEqual([
    'queue_redis',
    'store_writable',
    'store_settings',
    'store_latency',
    'queue_paused',
    'worker_running',
    'consumers_alive',
    'canary',
    'progress',
    'failing_attempts',
    'stalled_jobs',
    'active_jobs',
    'oldest_waiting',
    'queue_depth',
    'backlog',
    'delayed_overdue',
    'scheduler_overdue',
    'flow_parents',
    'dlq_growth',
    'dlq_depth',
    'failure_ratio',
    'export_folder',
    'worker_clock',
  ])
  expect(new Set(report.checks.map(({ since }) => since))).toEqual(new Set(['2026-11-24T09:00:00.000Z']))
  expect(new Set(report.checks.map(({ status }) => status))).toEqual(new Set(['pass']))
  expect(new Set(report.checks.map(({ action }) => action))).toEqual(new Set([null]))
})

test('the check of the store is named after its kind, and is vital whatever its name', () => {
  for (const kind of ['redis', 'sqlite', 'postgres'] as const) {
    const store = { kind, reachable: true as const, latencyMs: 1, file: null, facts: null }
    expect(reported({ store }).checks[0]?.name).toBe(`queue_${kind}`)
    expect(reported({ ...gone, store: { kind, reachable: false, problem: null } }).status).toBe('down')
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
    const at = { kind: 'sqlite' as const, reachable: true as const, latencyMs: 1, facts: null }
    const [seen] = reported({ store: { ...at, file: { ...file, ...change } } }).checks
    expect(seen).toMatchObject({ name: 'queue_sqlite', status, size_bytes: 20 * MB, clients: 2 })
    expect(`${seen?.message} ${seen?.action}`).toContain(told)
  })
}

test('what a store says of itself is told', () => {
  const store = { kind: 'sqlite' as const, reachable: false as const, problem: 'the disk with the queue file is full' }
  const [seen] = reported({ ...gone, store }).checks
  expect(seen?.message).toBe('The queue store cannot be used: the disk with the queue file is full.')
})

test('without a consumer the queue is down, and the summary says what to do', () => {
  const report = reported({ consumers: [], workers: [] })
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  expect(report.summary).toBe(
    'The queue "exports" does not work: No consumer is connected: jobs wait until a worker is started. Start a worker; when one runs, see whether it has the right QUEUE_URL, QUEUE_PREFIX and queue.',
  )
})

test('a store that does not answer is one failure, and all that depends on it is unknown', () => {
  const report = reported(gone)
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  const { queue_redis: ofStore, ...others } = statuses(gone)
  expect(ofStore).toBe('fail')
  expect(Object.keys(others)).toHaveLength(storeRules.length + queueRules.length - 1)
  expect(new Set(Object.values(others))).toEqual(new Set(['unknown']))
  expect(report.summary).toBe(
    'The queue "exports" does not work: The queue store does not answer. See whether Redis runs and QUEUE_URL names it.',
  )
  const worker = report.checks.find((check) => check.name === 'worker_running')
  expect(worker).toMatchObject({ running: null, consumers: null })
})

test('what cannot be known is unknown, and does not make a queue degraded', () => {
  const hidden = {
    consumers: 'unsupported',
    workers: 'unsupported',
    canary: 'unsupported',
    facts: 'unsupported',
  } as const
  const report = reported(hidden)
  expect(report).toMatchObject({ healthy: true, status: 'operational' })
  expect(report.checks).toContainEqual(
    expect.objectContaining({ name: 'worker_running', status: 'unknown', running: null }),
  )
  expect(new Set(report.checks.filter(({ status }) => status !== 'pass').map(({ status }) => status))).toEqual(
    new Set(['unknown']),
  )
  expect(report.summary).toBe(
    'What is seen of the queue "exports" works; this store does not tell whether jobs are taken.',
  )
})

test('when what would show a stop could not be read, a queue is degraded, and nothing is claimed of its jobs', () => {
  const report = reported({ facts: null })
  expect(report.status).toBe('degraded')
  expect(report.summary).toMatch(
    /^What is seen of the queue "exports" works\. Not known: failing_attempts, .*scheduler_overdue/,
  )
  expect(report.summary).not.toContain('taken and finished')
  expect(reported({ facts: { unread: { movement: 'forbidden' } } }).status).toBe('degraded')
  expect(reported({ consumers: null })).toMatchObject({
    status: 'degraded',
    summary: 'What is seen of the queue "exports" works. Not known: worker_running.',
  })
})

test('a part that could not be read leaves the others, and the summary says which it was', () => {
  const forbidden = reported({ facts: { unread: { schedulers: 'forbidden' } } })
  expect(forbidden).toMatchObject({
    status: 'operational',
    summary: 'What is seen of the queue "exports" works. Not known: scheduler_overdue.',
  })
  expect(forbidden.checks.filter(({ status }) => status !== 'pass')).toMatchObject([{ name: 'scheduler_overdue' }])
  const wrong = reported({ facts: { unread: { schedulers: 'wrong_type' } } })
  expect(wrong).toMatchObject({ healthy: true, status: 'degraded' })
  expect(wrong.checks.filter(({ status }) => status !== 'pass')).toMatchObject([
    { name: 'scheduler_overdue', status: 'warn', message: expect.stringContaining('a key of the queue holds') },
  ])
  const uncounted = reported({ counts: null, facts: { unread: { deadLetters: 'wrong_type' } } })
  expect(uncounted.summary).toMatch(
    /^The queue "exports" cannot be judged: This cannot be read: .* Not known: progress, /,
  )
  // One sentence, whatever it hides.
  const line = reported({ facts: { unread: { line: 'wrong_type', movement: 'wrong_type' } } })
  expect(line.summary.match(/a key of the queue holds/g)).toHaveLength(1)
})

test('the cause comes first, what follows from it is named only', () => {
  const { jobs, facts } = waitingFor(300, 1500)
  const { summary } = reported({ jobs: { ...jobs, failed: 60 }, facts, consumers: [], workers: [] })
  expect(summary).toMatch(
    /No consumer is connected.* 60 dead letters .* From that follows: oldest_waiting, queue_depth\.$/,
  )
})

test('nothing in a report names a host, an address or a path', () => {
  const folder = { freeBytes: 1, problem: 'it is read-only' }
  const workers = [{ ...aWorker, eventLoopDelayMs: 6000, clockAheadMs: 300_000, folder }]
  const text = JSON.stringify(reported({ workers, ...waitingFor(500, 2000) }))
  expect(text).not.toMatch(/secret-host|10\.0\.0\.5|4711/)
  expect(text).toContain('aaaaaaaa')
})

test('an idle queue that is paused warns; it is down as soon as a job waits in it, and that is the only failure', () => {
  expect(reported({ paused: true })).toMatchObject({ healthy: true, status: 'degraded' })
  const report = reported({
    paused: true,
    ...waitingFor(500, 2000),
    facts: { ...waitingFor(500).facts, pausedAt: NOW },
  })
  expect(report).toMatchObject({ healthy: false, status: 'down' })
  expect(report.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['queue_paused'])
  expect(report.summary).toContain('paused since 2026-11-24 09:00 UTC, and 2,000 jobs wait in it')
})

test('while maintenance is declared nothing fails, and the report says so', () => {
  const window = { from: NOW - 1000, until: NOW + 60_000, reason: 'new disks' }
  const report = reportHealth(judged({ consumers: [], workers: [] }, [window]))
  expect(report).toMatchObject({ healthy: true, status: 'degraded' })
  expect(report.summary).toContain('Maintenance is declared until 2026-11-24T09:01Z: new disks.')
  expect(report.summary).toContain('The queue "exports" is being worked on: No consumer is connected')
  const over = reportHealth(judged({ consumers: [], workers: [] }, [{ ...window, until: NOW }]))
  expect(over).toMatchObject({ healthy: false, status: 'down' })
})

test('further queues are told in short: their troubles, not the store again, and nothing that can never be known', () => {
  const idle = judged(foreign)
  const troubled = judged({ ...foreign, queue: 'video', jobs: { failed: 60 } })
  const report = reportHealth(judged(), [idle, troubled])
  expect(report).toMatchObject({ healthy: false, status: 'degraded', queue: 'exports' })
  expect(report.queues?.[0]).toMatchObject({ queue: 'mail', healthy: true, status: 'operational', checks: [] })
  expect(report.queues?.[1]).toMatchObject({
    queue: 'video',
    healthy: false,
    status: 'degraded',
    checks: [{ name: 'dlq_depth', status: 'fail' }],
  })
  expect(report.summary).toContain('The queue "video" works, with problems: 60 dead letters')

  // Seen as away some seconds ago.
  expect(reportHealth(judged(), [judged({ ...foreign, ...gone })]).summary).toContain('The queue "mail": Not known')
  const away = reportHealth(judged(gone), [judged({ ...foreign, ...gone })])
  expect(away.summary).not.toContain('mail')
  expect(away.queues).toEqual([
    expect.objectContaining({
      healthy: false,
      status: 'down',
      checks: [],
      summary: expect.stringContaining('Not known'),
    }),
  ])
})

test('asked for alone, a queue of another application says what can never be known of it', () => {
  const { checks, healthy, status } = reported(foreign)
  expect({ healthy, status }).toEqual({ healthy: true, status: 'operational' })
  const unknown = checks.filter((check) => check.status === 'unknown').map(({ name }) => name)
  expect(unknown).toEqual(['consumers_alive', 'canary', 'worker_clock'])
  expect(checks.find(({ name }) => name === 'canary')?.message).toBe('Not known of the workers of another application.')
})

test('a store that answers but does not tell of the jobs is not taken for a queue that works', () => {
  expect(reported({ counts: null, facts: null, paused: null })).toMatchObject({
    status: 'degraded',
    summary: expect.stringContaining('cannot be judged'),
  })
})

test('declared maintenance covers further queues too while the store is away', () => {
  const window = { from: NOW - 1000, until: NOW + 60_000, reason: 'new disks' }
  const mail = judged({ ...foreign, ...gone }, [window])
  const report = reportHealth(judged(gone, [window]), [mail])
  expect(report).toMatchObject({ healthy: true, status: 'degraded' })
  expect(report.queues).toMatchObject([
    { queue: 'mail', healthy: true, status: 'degraded', summary: expect.stringContaining('Maintenance is declared') },
  ])
  expect(reportHealth(judged(gone, [window]), [judged({ ...foreign, ...gone })])).toMatchObject({
    healthy: false,
    status: 'down',
  })
})

test('a store that takes no writes is one cause, and further queues are not well on it', () => {
  const full = { storeFacts: { writeProblem: 'Redis has reached its memory limit' } }
  const frozen = { ...aWorker, ageMs: 20_000 }
  const report = reportHealth(judged({ ...full, workers: [frozen] }), [judged({ ...foreign, ...full })])
  expect(report.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['store_writable', 'consumers_alive'])
  expect(report.summary).toMatch(/takes no writes.* From that follows: consumers_alive\.$/)
  expect(report.summary).not.toMatch(/frozen|mail/)
  expect(report.queues).toMatchObject([{ queue: 'mail', healthy: false, status: 'down', checks: [] }])
})
