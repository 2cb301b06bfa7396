import { expect, test } from 'vitest'
import { plainNumber } from './batch.ts'

test('a whole number is a number up to 2^53, and keeps all its digits beyond', () => {
  for (const exact of [0n, -1n, 2n ** 53n - 1n, 1n - 2n ** 53n]) expect(plainNumber(exact)).toBe(Number(exact))
  for (const large of [2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
    expect(plainNumber(large)).toBe(large)
  }
})
