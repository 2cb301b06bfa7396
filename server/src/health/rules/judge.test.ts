import { expect, test } from 'vitest'
import { judge, judgeLow } from './rule.ts'

const level = { warn: 30, fail: 120 }

test('a value is raised at its limit and cleared at 80 % of it', () => {
  expect([29, 30, 119, 120].map((value) => judge(value, level, 'pass'))).toEqual(['pass', 'warn', 'warn', 'fail'])
  expect([119, 96, 95, 24, 23].map((value) => judge(value, level, 'fail'))).toEqual([
    'fail',
    'fail',
    'warn',
    'warn',
    'pass',
  ])
  expect([120, 30, 24, 23].map((value) => judge(value, level, 'warn'))).toEqual(['fail', 'warn', 'warn', 'pass'])
  expect(judge(96, level, 'unknown')).toBe('warn')
})

test('one dead letter warns and none does not, whatever was before', () => {
  expect(judge(0, { warn: 1, fail: 50 }, 'fail')).toBe('pass')
  expect(judge(1, { warn: 1, fail: 50 }, undefined)).toBe('warn')
})

test('of what should be much, a value is raised at its limit and cleared at 125 % of it', () => {
  const room = { warn: 500, fail: 50 }
  expect([501, 500, 51, 50].map((value) => judgeLow(value, room, 'pass'))).toEqual(['pass', 'warn', 'warn', 'fail'])
  expect([62, 63, 625, 626].map((value) => judgeLow(value, room, 'fail'))).toEqual(['fail', 'warn', 'warn', 'pass'])
})
