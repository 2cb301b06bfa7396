import { expect, test } from 'vitest'
import { isTooDeep } from './depth.ts'

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
const objects = (levels: number): unknown => JSON.parse('{"__proto__":'.repeat(levels) + '1' + '}'.repeat(levels))

test('what is sensible passes, what is deeper does not, however deep it is', () => {
  for (const nested of [lists, objects]) {
    expect(isTooDeep(nested(64))).toBe(false)
    expect(isTooDeep(nested(65))).toBe(true)
  }
  expect(isTooDeep(lists(400_000))).toBe(true)
  for (const plain of [null, 1, 'x', [], {}, [[], { a: [1] }]]) expect(isTooDeep(plain)).toBe(false)
})
