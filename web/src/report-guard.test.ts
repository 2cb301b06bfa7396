import type { StatusReport } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { isStatusReport } from './report-guard.ts'

const report: StatusReport = {
  version: '0.1.0',
  health: {
    healthy: true,
    status: 'operational',
    summary: 'Jobs flow.',
    queue: 'exports',
    observed_at: '2026-11-23T12:00:00.000Z',
    checks: [
      { name: 'worker_running', ok: true, status: 'pass', message: 'One consumer.', running: true, consumers: 1 },
    ],
  },
  queue: {
    counts: { waiting: 0, active: 0, delayed: 0, prioritized: 0, 'waiting-children': 0, completed: 3, failed: 1 },
    paused: false,
    consumers: [{ name: 'exports', address: null, connected_for_s: null }],
    workers: null,
    dead_letters: [
      { job_id: '7', name: 'export', reason: '', attempts: 3, failed_at: null, board_url: '/admin/queues' },
    ],
  },
  fleet: null,
  read_only: false,
  probe_results: [],
  board_url: '/admin/queues',
}

describe('a report is taken', () => {
  test('when everything is there', () => expect(isStatusReport(report)).toBe(true))
  test('without a queue, when the store is down', () => expect(isStatusReport({ ...report, queue: null })).toBe(true))
})

describe('an answer is refused', () => {
  test.each([
    ['nothing', null],
    ['text', 'Bad gateway'],
    ['an error', { error: 'Too many requests.' }],
    ['no queue at all', { ...report, queue: undefined }],
    ['a status of another vocabulary', { ...report, health: { ...report.health, status: 'ok' } }],
    ['a time that is none', { ...report, health: { ...report.health, observed_at: 'soon' } }],
    [
      'a count that is text',
      { ...report, queue: { ...report.queue, counts: { ...report.queue?.counts, failed: '1' } } },
    ],
    ['a probe result of another schema', { ...report, probe_results: [{ schema: 2 }] }],
  ])('with %s', (_what, answer) => expect(isStatusReport(answer)).toBe(false))
})
