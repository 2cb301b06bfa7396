import type { Check } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { troublesFirst } from './troubles-first.ts'

test('what fails comes first, then what warns, otherwise all stays in order', () => {
  const check = (name: string, status: Check['status']): Check => ({ name, ok: status !== 'fail', status, message: '' })
  const checks = [check('a', 'pass'), check('b', 'unknown'), check('c', 'warn'), check('d', 'fail'), check('e', 'pass')]
  expect(troublesFirst(checks).map(({ name }) => name)).toEqual(['d', 'c', 'a', 'b', 'e'])
})
