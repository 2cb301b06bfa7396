import { expect, test } from 'vitest'
import { checkNumbers } from './check-numbers.ts'

const passed = { ok: true, status: 'pass', message: 'Fine.' } as const

test('the numbers of a check follow from their names', () => {
  expect(checkNumbers({ ...passed, name: 'worker_running', running: true, consumers: 2 })).toEqual([
    ['running', 'yes'],
    ['consumers', '2'],
  ])
  expect(checkNumbers({ ...passed, name: 'queue_redis', latency_ms: 1234.4 })).toEqual([['latency', '1234 ms']])
  expect(checkNumbers({ ...passed, name: 'dlq_depth', count: 28_160, limit: 1 })).toEqual([
    ['count', '28,160'],
    ['limit', '1'],
  ])
})

test('a number that could not be read is not zero', () => {
  expect(checkNumbers({ ...passed, name: 'queue_depth', status: 'unknown', active: null })).toEqual([
    ['active', 'not known'],
  ])
})

test('sizes are told with three digits and a unit', () => {
  expect(checkNumbers({ name: 'queue_sqlite', ...passed, size_bytes: 20_971_520, log_bytes: 0 })).toEqual([
    ['size', '21 MB'],
    ['log', '0 B'],
  ])
})
