import { expect, test } from 'vitest'
import { untrusted, untrustedJson } from './untrusted.ts'

test('short text stays as it is, line breaks and tabs included', () => {
  expect(untrusted('Error: no row\n\tat read', 100)).toBe('Error: no row\n\tat read')
})

test('long text is cut and says by how much', () => {
  expect(untrusted('x'.repeat(1000), 10)).toBe('xxxxxxxxxx… (990 more characters)')
})

test('what steers terminals or hides from people is made visible', () => {
  expect(untrusted('a\u001B[31mb\u0000c\u200Bd\u202Ee\u{E0041}f', 100)).toBe(
    'a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}f',
  )
})

test('a pair of surrogates is not cut in the middle, and what takes more room is cut earlier', () => {
  expect(untrusted('ab😀cd', 5)).toBe('a… (5 more characters)')
  expect(untrusted('""""', 5)).toBe('""… (2 more characters)')
  expect(untrusted('\uD83D', 3)).toBe('\u{FFFD}')
})

test('values are told as JSON, nothing as nothing', () => {
  expect(untrustedJson({ to: 'x' }, 100)).toBe('{"to":"x"}')
  expect(untrustedJson(undefined, 100)).toBe('')
  expect(untrustedJson(null, 100)).toBe('')
})
