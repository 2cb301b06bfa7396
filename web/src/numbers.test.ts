import { expect, test } from 'vitest'
import { counted, size } from './numbers.ts'

test('one is one, many are many', () => {
  expect([counted(1, 'job'), counted(0, 'job'), counted(12_345, 'job')]).toEqual(['1 job', '0 jobs', '12,345 jobs'])
})

test('sizes have the unit that can be read', () => {
  expect([0, 999, 1000, 3_440_000, 250_000_000, 7e15].map(size)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '3.4 MB',
    '250 MB',
    '7000 TB',
  ])
})
