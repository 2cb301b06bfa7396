import { expect, test } from 'vitest'
import { clip } from './clip.ts'

test('a short text is not clipped', () => expect(clip('ECONNREFUSED 127.0.0.1:5432')).toBeNull())

test('a long text keeps its beginning', () => expect(clip('x'.repeat(400))).toBe(`${'x'.repeat(180)} …`))

test('a stack trace keeps its first three lines', () => expect(clip('a\nb\nc\nd')).toBe('a\nb\nc …'))

test('a character outside the basic plane is never cut in half', () => {
  expect(clip('🦀'.repeat(200))).toBe(`${'🦀'.repeat(180)} …`)
})
