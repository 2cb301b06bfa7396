import { expect, test } from 'vitest'
import { exampleResult } from '../example-result.ts'
import { textLine } from './text.ts'

const result = exampleResult({
  message: 'exports: operational, 0 dead letters, 1 consumer',
  duration_ms: 12.3,
  dead_letters: 0,
  consumer_running: true,
  consumers: 1,
  active: 0,
  waiting: 0,
})

test('a line is the word of the status, the message and the duration', () => {
  expect(textLine(result)).toBe('OK exports: operational, 0 dead letters, 1 consumer (12 ms)')
})

test('each status has its word', () => {
  const lines = (['warn', 'fail', 'unknown'] as const).map((status) => textLine({ ...result, status, message: 'm' }))
  expect(lines).toEqual(['WARNING m (12 ms)', 'CRITICAL m (12 ms)', 'UNKNOWN m (12 ms)'])
})
