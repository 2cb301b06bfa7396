import type { Check, HealthReport, QueueHealth } from '@queue-ops/server/contract'
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
      verdict: {
        status: 'pass',
        reason: null,
        message: 'exports: operational, 0 dead letters, 1 consumer',
        isNamed: true,
      },
      numbers: { dead_letters: 0, consumer_running: true, consumers: 1, active: 2, waiting: 7 },
      findings: [],
    })
  })

  test('degraded but healthy warns and says which check is not at its best', () => {
    const checks = [worker, { ...dlq, status: 'warn' as const, count: 3, message: '3 jobs failed.' }, depth]
    expect(judge(report({ status: 'degraded', checks }))).toMatchObject({
      verdict: { status: 'warn', reason: 'degraded', message: 'exports: dlq_depth: 3 jobs failed' },
      numbers: { dead_letters: 3 },
      findings: [{ queue: 'exports', name: 'dlq_depth', status: 'warn', message: '3 jobs failed.' }],
    })
  })

  test('degraded without a reason falls back to the summary', () => {
    expect(judge(report({ status: 'degraded', summary: 'Slow.' })).verdict).toMatchObject({
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
    const { verdict, numbers, findings } = judge(report({ healthy: false, status: 'down', checks }))
    expect(verdict).toMatchObject({
      status: 'fail',
      reason: 'unhealthy',
      message: 'exports: dlq_depth: too many; worker_running: no consumer; other: so so',
    })
    expect(numbers).toEqual({ dead_letters: 60, consumer_running: false, consumers: 0, active: null, waiting: null })
    expect(findings.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'dlq_depth fail',
      'worker_running fail',
      'other warn',
      'queue_depth unknown',
    ])
  })

  test('a report that contradicts itself is taken at its worst', () => {
    const failed: Check = { ...dlq, ok: false, status: 'fail', message: 'too many.' }
    const warned: Check = { ...dlq, status: 'warn', message: 'some.' }
    expect(judge(report({ checks: [worker, failed] })).verdict.status).toBe('fail')
    expect(judge(report({ status: 'down' })).verdict.status).toBe('fail')
    expect(judge(report({ checks: [worker, warned] })).verdict.status).toBe('warn')
  })

  test('what can never be told passes, and stays a finding', () => {
    const unread: Check = { ...dlq, status: 'unknown', message: 'not read.', count: null }
    expect(judge(report({ checks: [worker, unread] }))).toMatchObject({
      verdict: { status: 'pass', message: 'exports: operational, dead letters unknown, 1 consumer' },
      findings: [{ name: 'dlq_depth', status: 'unknown' }],
    })
  })

  test('a further queue that fails is a reason, with its name', () => {
    const mail: QueueHealth = {
      queue: 'mail',
      healthy: false,
      status: 'down',
      summary: 'Nobody works.',
      checks: [{ ...worker, ok: false, status: 'fail', message: 'no consumer.' }],
    }
    expect(judge(report({ healthy: false, status: 'down', queues: [mail] }))).toMatchObject({
      verdict: { status: 'fail', message: 'exports: mail worker_running: no consumer' },
      findings: [{ queue: 'mail', name: 'worker_running', status: 'fail' }],
      numbers: { consumers: 1 },
    })
    // Although the report as a whole forgot it.
    expect(judge(report({ queues: [mail] })).verdict.status).toBe('fail')
    const slow: QueueHealth = { ...mail, healthy: true, status: 'degraded', checks: [] }
    expect(judge(report({ queues: [slow] })).verdict.status).toBe('warn')
  })

  test('at most twenty findings, the worst of them', () => {
    const checks = Array.from({ length: 30 }, (_, at): Check => {
      const isBad = at >= 25
      return { name: `c${at}`, ok: !isBad, status: isBad ? 'fail' : 'warn', message: 'm' }
    })
    const { findings } = judge(report({ healthy: false, checks }))
    expect(findings).toHaveLength(20)
    expect(findings.slice(0, 6).map(({ status }) => status)).toEqual(['fail', 'fail', 'fail', 'fail', 'fail', 'warn'])
  })

  test('numbers that the report does not have are null and said to be unknown', () => {
    expect(judge(report({ checks: [] }))).toMatchObject({
      verdict: { status: 'pass', message: 'exports: operational, dead letters unknown, consumers unknown' },
      numbers: { dead_letters: null, consumer_running: null, consumers: null, active: null, waiting: null },
    })
    const { consumers: _, ...uncounted } = worker
    expect(judge(report({ checks: [uncounted, dlq] })).verdict.message).toBe(
      'exports: operational, 0 dead letters, consumer running',
    )
  })
})
