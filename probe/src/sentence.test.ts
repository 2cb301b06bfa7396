import { expect, test } from 'vitest'
import { oneLine, plural } from './sentence.ts'

test('line breaks, terminal codes and invisible characters become spaces', () => {
  expect(oneLine(' a\r\nb\u001b[31mc\u202ed\u0000 ', 100)).toBe('a b [31mc d')
})

test('long text is cut between characters', () => {
  expect(oneLine('😀😀😀😀', 3)).toBe('😀😀…')
  expect(oneLine('abc', 3)).toBe('abc')
})

test('a count agrees with its noun', () => {
  expect([plural(0, 'consumer'), plural(1, 'consumer'), plural(2, 'consumer')]).toEqual([
    '0 consumers',
    '1 consumer',
    '2 consumers',
  ])
})
