import { expect, test } from 'vitest'
import { pageOf, thoseThatFit } from './page.ts'

const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`)
const self = (name: string) => name

test('pages follow each other to the end, each item once', () => {
  for (const [count, limit] of [
    [0, 5],
    [5, 5],
    [6, 5],
    [23, 4],
    [3, 100],
  ] as const) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = pageOf(names(count), self, { limit, cursor })
      expect(page.items.length).toBeLessThanOrEqual(limit)
      seen.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(names(count))
  }
})

test('a list that changes between two pages goes on where it was', () => {
  const { nextCursor } = pageOf(names(9), self, { limit: 3 })
  const cursor = nextCursor ?? ''
  expect(pageOf(['new', ...names(9)], self, { limit: 2, cursor }).items).toEqual(['n3', 'n4'])
  expect(pageOf(['n0', 'n1', 'n3', 'n4'], self, { limit: 2, cursor }).items).toEqual(['n4'])
  expect(pageOf([], self, { limit: 2, cursor })).toEqual({ items: [], nextCursor: null })
})

test('a cursor that is none of ours is refused', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const cursor of [
    '',
    'x',
    '../..',
    encode(null),
    encode(3),
    encode(['a']),
    encode(['a', -1]),
    encode(['a', '1']),
  ])
    expect(() => pageOf(names(3), self, { limit: 1, cursor })).toThrow('This cursor is not of this list')
})

test('as many items are told as fit, and always one', () => {
  expect(thoseThatFit(['aa', 'bb', 'cc'], 8)).toEqual(['aa', 'bb'])
  expect(thoseThatFit(['aa', 'bb', 'cc'], 12)).toEqual(['aa', 'bb', 'cc'])
  expect(thoseThatFit(['x'.repeat(50), 'bb'], 8)).toEqual(['x'.repeat(50)])
  expect(thoseThatFit([], 8)).toEqual([])
})
