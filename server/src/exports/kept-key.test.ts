import { expect, test } from 'vitest'
import { canBeFound, decodeKey, encodeKey, isSameKey } from './kept-key.ts'
import type { Cell } from './sources/source.ts'

const cells: Cell[] = [0, -0, 1, 1n, '1', true, NaN, Infinity, -Infinity, 'NaN', null, new Uint8Array([49]), 5e-324, '']

test('keys are the same when they are the same to the last bit, also after they were kept', () => {
  for (const [one, cell] of cells.entries()) {
    const kept = decodeKey(JSON.parse(JSON.stringify(encodeKey([cell]))) as unknown[])
    expect(kept).toEqual([cell])
    for (const [other, again] of cells.entries()) expect(isSameKey(kept, [again])).toBe(one === other)
  }
})

test('a row is found again by a key without NULL and without what its source could not give as it is', () => {
  expect(canBeFound(['a', 1, -Infinity, NaN])).toBe(true)
  expect(canBeFound([1, null])).toBe(false)
  expect(canBeFound(['caf\uFFFD'])).toBe(false)
})
