import { expect, test } from 'vitest'
import type { HealthStatus, QueueSnapshot } from '../contract.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { statuspageSummary } from './statuspage.ts'

const time = '2026-11-24T08:00:00.000Z'
const counts = { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 }

const row = (queue: string, status: HealthStatus | null): QueueSnapshot => ({
  queue,
  status,
  reason: 'as it is',
  since: null,
  paused: false,
  counts,
  oldest_waiting_s: null,
  dead_letters_per_min: null,
  per_minute: null,
  consumers: 0,
  consuming: null,
  last_success_at: null,
})

const snapshot = (status: HealthStatus, queues: QueueSnapshot[], reachable = true): Snapshot => ({
  health: { healthy: true, status, summary: '', queue: 'exports', observed_at: time, checks: [] },
  queue: reachable ? { counts, paused: false, consumers: [], workers: null, dead_letters: [] } : null,
  fleet: { sequence: '1', taken_at: time, store_reachable: reachable, queues },
})

const indicatorOf = (seen: Snapshot) => statuspageSummary(seen, 'http://here').status.indicator

test('the indicator says how much does not work', () => {
  expect(indicatorOf(snapshot('operational', [row('a', 'operational')]))).toBe('none')
  expect(indicatorOf(snapshot('degraded', [row('a', 'degraded')]))).toBe('minor')
  expect(indicatorOf(snapshot('down', [row('a', 'down'), row('b', 'operational')]))).toBe('major')
  expect(indicatorOf(snapshot('down', [row('a', 'down'), row('b', 'down')]))).toBe('critical')
})

test('queues that are not watched are no components, and are in no outage', () => {
  const { components, status } = statuspageSummary(
    snapshot('operational', [row('a', 'operational'), row('b', null)]),
    '',
  )
  expect(components.map(({ name, status, position }) => [name, status, position])).toEqual([['a', 'operational', 1]])
  expect(status.description).toBe('All Systems Operational')
})

test('without the store nothing is as it was', () => {
  const seen = snapshot('down', [row('a', 'operational'), row('b', 'operational')], false)
  expect(indicatorOf(seen)).toBe('critical')
  expect(statuspageSummary(seen, '').components.map(({ status }) => status)).toEqual(['major_outage', 'major_outage'])
})
