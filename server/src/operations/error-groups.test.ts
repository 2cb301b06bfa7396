import { expect, test } from 'vitest'
import { errorOf, groupByError, groupOf } from './error-groups.ts'

test('numbers and ids do not make another group', () => {
  const same = [
    'Error: order 17 of 3f0c1b7e-1111-4222-8333-944455556666 timed out after 3.5 s',
    'Error: order 99123 of 00000000-aaaa-4bbb-8ccc-dddddddddddd timed out after 12 s',
  ]
  expect(new Set(same.map(groupOf)).size).toBe(1)
  expect(errorOf(same[0] ?? '')).toBe('Error: order <n> of <id> timed out after <n> s')
})

test('words are never taken for ids', () => {
  expect(errorOf('the decade was effaced by acceded')).toBe('the decade was effaced by acceded')
})

test('only the first line counts', () => {
  expect(groupOf('Error: a\n    at x')).toBe(groupOf('Error: a\n    at y'))
  expect(groupOf('Error: a')).not.toBe(groupOf('Error: b'))
})

test('groups are counted, the largest first, with what is newest in them', () => {
  const job = (jobId: string, failedAt: number, reason: string) => ({ jobId, failedAt, name: 'mail', reason })
  const jobs = [
    job('5', 50, 'gone 5'),
    job('4', 40, 'late'),
    job('3', 30, 'gone 3'),
    job('2', 20, 'gone 2'),
    job('1', 10, 'gone 1'),
  ]
  expect(groupByError(jobs)).toEqual([
    { group: groupOf('gone 1'), count: 4, firstAt: 10, lastAt: 50, jobIds: ['5', '3', '2'], reason: 'gone 5' },
    { group: groupOf('late'), count: 1, firstAt: 40, lastAt: 40, jobIds: ['4'], reason: 'late' },
  ])
})
