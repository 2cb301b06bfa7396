import { expect, test } from 'vitest'
import { causesAmong } from './causes.ts'

test('what follows from another failing check is no cause', () => {
  expect(causesAmong(['worker_running', 'progress', 'oldest_waiting', 'dlq_depth'])).toEqual([
    'worker_running',
    'dlq_depth',
  ])
  expect(causesAmong(['oldest_waiting'])).toEqual(['oldest_waiting'])
  expect(causesAmong([])).toEqual([])
})
