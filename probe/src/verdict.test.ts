import type { Check, HealthReport } from '@queue-ops/server/contract'
import { describe, expect, test } from 'vitest'
import { judge } from './verdict.ts'

const worker: Check = { name: 'worker_running', ok: true, status: 'pass', message: 'fine', running: true, consumers: 1 }
const dlq: Check = { name: 'dlq_depth', ok: true, status: 'pass', message: 'fine', count: 0 }
const depth: Check = { name: 'queue_depth', ok: true, status: 'pass', message: 'fine', active: 2, waiting: 7 }

function report(changes: Partial<HealthReport>): HealthReport {
  return {
    healthy: true,
    status: 'operational',
    summary: 'All is well.',
    queue: 'exports',
    observed_at: '2026-11-23T04:20:36Z',
    checks: [worker, dlq, depth],
    ...changes,
  }
}

describe('judge', () => {
  test('operational passes, with the numbers of the queue', () => {
    expect(judge(report({}))).toEqual({
      status: 'pass',
      message: 'exports: operational, 0 dead letters, 1 consumer',
      numbers: { dead_letters: 0, consumer_running: true, consumers: 1, active: 2, waiting: 7 },
    })
  })

  test('degraded but healthy warns and says which check is not at its best', () => {
    const checks = [worker, { ...dlq, status: 'warn' as const, count: 3, message: '3 jobs failed.' }, depth]
    expect(judge(report({ status: 'degraded', checks }))).toMatchObject({
      status: 'warn',
      message: 'exports: dlq_depth: 3 jobs failed',
      numbers: { dead_letters: 3 },
    })
  })

  test('degraded without a reason falls back to the summary', () => {
    expect(judge(report({ status: 'degraded', summary: 'Slow.' }))).toMatchObject({
      status: 'warn',
      message: 'exports: Slow.',
    })
  })

  test('unhealthy fails and names what failed, then what warns, and not what could not be read because of it', () => {
    const checks: Check[] = [
      { ...depth, status: 'unknown', message: 'not read.', active: null, waiting: null },
      { name: 'other', ok: true, status: 'warn', message: 'so so.' },
      { ...dlq, ok: false, status: 'fail', message: 'too many.', count: 60 },
      { ...worker, ok: false, status: 'fail', message: 'no consumer.', running: false, consumers: 0 },
    ]
    expect(judge(report({ healthy: false, status: 'down', checks }))).toEqual({
      status: 'fail',
      message: 'exports: dlq_depth: too many; worker_running: no consumer; other: so so',
      numbers: { dead_letters: 60, consumer_running: false, consumers: 0, active: null, waiting: null },
    })
  })

  test('a report that contradicts itself is taken at its worst', () => {
    const failed: Check = { ...dlq, ok: false, status: 'fail', message: 'too many.' }
    const unread: Check = { ...dlq, status: 'unknown', message: 'not read.', count: null }
    expect(judge(report({ checks: [worker, failed] })).status).toBe('fail')
    expect(judge(report({ status: 'down' })).status).toBe('fail')
    expect(judge(report({ checks: [worker, unread] })).status).toBe('warn')
  })

  test('numbers that the report does not have are null and said to be unknown', () => {
    expect(judge(report({ checks: [] }))).toEqual({
      status: 'pass',
      message: 'exports: operational, dead letters unknown, consumers unknown',
      numbers: { dead_letters: null, consumer_running: null, consumers: null, active: null, waiting: null },
    })
    const { consumers: _, ...uncounted } = worker
    expect(judge(report({ checks: [uncounted, dlq] })).message).toBe(
      'exports: operational, 0 dead letters, consumer running',
    )
  })
})
