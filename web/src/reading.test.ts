import type { QueueStatus, StatusReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { afterAnswer, afterMiss, clockAhead, isLost, isQueueOld, nothingRead } from './reading.ts'

const queue: QueueStatus = {
  counts: { waiting: 4, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 0, failed: 0 },
  paused: false,
  consumers: [],
  workers: null,
  dead_letters: [],
}
const reportAt = (observed_at: string, seen: QueueStatus | null): StatusReport => ({
  version: '0.1.0',
  health: { healthy: true, status: 'operational', summary: 'Jobs flow.', queue: 'exports', observed_at, checks: [] },
  queue: seen,
  fleet: null,
  read_only: false,
  probe_results: [],
  board_url: '/admin/queues',
})
const noAnswer = { what: 'The server does not answer', detail: 'No connection.' }
const first = afterAnswer(nothingRead, reportAt('2026-11-23T12:00:00Z', queue), 0)

test('a missed poll keeps the last good answer', () => {
  const reading = afterMiss(first, noAnswer)
  expect(reading.report).toBe(first.report)
  expect(isLost(reading)).toBe(false)
})

test('two missed polls in a row mean that the state is no longer known, and one answer that it is', () => {
  const reading = afterMiss(afterMiss(first, noAnswer), noAnswer)
  expect(isLost(reading)).toBe(true)
  expect(isLost(afterAnswer(reading, reportAt('2026-11-23T12:00:09Z', queue), 0))).toBe(false)
})

test('while the store is down the last queue stays, with its own time', () => {
  const reading = afterAnswer(first, reportAt('2026-11-23T12:00:40Z', null), 0)
  expect(reading.queue).toEqual({ status: queue, observedAt: '2026-11-23T12:00:00Z' })
  expect(isQueueOld(reading)).toBe(true)
  expect(isQueueOld(first)).toBe(false)
})

test('the clock of the server counts only when it is clearly another one', () => {
  const now = Date.parse('2026-11-23T12:00:01.900Z')
  expect(clockAhead(Date.parse('Mon, 23 Nov 2026 12:00:01 GMT'), now)).toBe(0)
  expect(clockAhead(Date.parse('Mon, 23 Nov 2026 12:05:01 GMT'), now)).toBe(299_100)
  expect(clockAhead(Number.NaN, now)).toBe(0)
})
