import { expect, test } from 'vitest'
import { readPages } from './read-pages.ts'

const pages = [
  { items: [1, 2], next_cursor: 'b' },
  { items: [3], next_cursor: null },
]
const ask = (cursor: string | null) => {
  const answer = pages[cursor === 'b' ? 1 : 0]
  if (!answer) throw new Error('no such page')
  return Promise.resolve({ answer })
}

test('no more pages are read than are wanted, nor than there are', async () => {
  expect(await readPages(1, ask)).toEqual({ answer: { pages: pages.slice(0, 1), hasMore: true } })
  expect(await readPages(5, ask)).toEqual({ answer: { pages, hasMore: false } })
})

test('a page that cannot be read is the answer', async () => {
  const refused = { problem: 'The store does not answer.', isGone: false }
  const said = await readPages(2, (cursor) => (cursor === null ? ask(cursor) : Promise.resolve(refused)))
  expect(said).toEqual(refused)
})
